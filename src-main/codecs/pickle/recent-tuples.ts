import { PickleTuple } from './values.ts'
import type { PickleValue } from './values.ts'

const longest = 3

/**
 * Tuples never change, so equal ones made shortly after one another can be one. A list of numpy arrays repeats the same
 * short tuples (reconstruction arguments, shape) for every array: without this they are half of its memory.
 */
export class RecentTuples {
  readonly #byLength: { newest: PickleTuple; before: PickleTuple }[] = Array.from({ length: longest + 1 }, () => ({
    newest: none,
    before: none,
  }))

  /** The tuple of up to three items, new or one of the last two of its length. */
  of(items: readonly PickleValue[]): PickleTuple {
    const recent = this.#byLength[items.length]!
    if (sameItems(recent.newest.items, items)) return recent.newest
    if (sameItems(recent.before.items, items)) return recent.before
    recent.before = recent.newest
    recent.newest = new PickleTuple(items)
    return recent.newest
  }
}

const none = new PickleTuple([])

function sameItems(left: readonly PickleValue[], right: readonly PickleValue[]): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false
  return true
}
