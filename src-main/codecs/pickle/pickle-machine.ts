import { AppError } from '#shared/contract/app-error.ts'
import type { AllowedGlobals, GlobalCall } from './allowed-globals.ts'
import { currentName, globalKey } from './allowed-globals.ts'
import { malformed, pickleError } from './pickle-error.ts'
import type { PickleInput } from './pickle-input.ts'
import type { PickleLimits } from './pickle-limits.ts'
import { RecentTuples } from './recent-tuples.ts'
import { PickleGlobal } from './values.ts'
import type { PickleValue } from './values.ts'

export type PersistentLoad = (id: PickleValue) => PickleValue

export interface PickleMachineOptions {
  readonly globals: AllowedGlobals
  readonly persistentLoad: PersistentLoad | null
  readonly limits: PickleLimits
}

/** Stack, marks and memo of Python's unpickler. Operations are in operations.ts; nothing here calls anything. */
export class PickleMachine {
  readonly input: PickleInput
  readonly options: PickleMachineOptions
  readonly recentTuples = new RecentTuples()
  done = false
  readonly #stack: PickleValue[] = []
  readonly #marks: number[] = []
  readonly #memo: PickleValue[] = []
  readonly #globals = new Map<string, PickleGlobal>()
  #floor = 0
  #spent = 0

  constructor(input: PickleInput, options: PickleMachineOptions) {
    this.input = input
    this.options = options
  }

  push(value: PickleValue, cost = 1): void {
    this.#spent += cost
    if (this.#spent > this.options.limits.cost) {
      const limit = this.options.limits.cost
      throw pickleError(this.input, 'too-large', 'it holds more objects than Lectern reads at once; split it', {
        limit,
      })
    }
    this.#stack.push(value)
  }

  pop(): PickleValue {
    if (this.#stack.length <= this.#floor) throw malformed(this.input, 'a value is taken from an empty stack')
    return this.#stack.pop()!
  }

  top(): PickleValue {
    if (this.#stack.length <= this.#floor) throw malformed(this.input, 'a value is asked of an empty stack')
    return this.#stack[this.#stack.length - 1]!
  }

  mark(): void {
    this.#marks.push(this.#stack.length)
    this.#floor = this.#stack.length
    if (this.#marks.length > this.options.limits.marks) throw malformed(this.input, 'too many marks are open')
  }

  /** Takes everything above the last mark, and the mark. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw malformed(this.input, 'a mark is missing')
    this.#floor = this.#marks.length > 0 ? this.#marks[this.#marks.length - 1]! : 0
    return this.#stack.splice(mark)
  }

  /** Python's POP takes the mark where there is nothing above it. */
  popValueOrMark(): void {
    if (this.#marks.length > 0 && this.#stack.length === this.#floor) this.popToMark()
    else this.pop()
  }

  /** Indices beyond the bytes read so far cannot come from a pickler, and would make the memo sparse. */
  store(index: number): void {
    if (index > this.input.offset()) throw malformed(this.input, `memo entry ${index} is out of order`, { index })
    this.#memo[index] = this.top()
  }

  memoize(): void {
    this.#memo.push(this.top())
  }

  recall(index: number): void {
    const value = this.#memo[index]
    if (value === undefined) throw malformed(this.input, `memo entry ${index} was never stored`, { index })
    this.push(value)
  }

  /** The allow-listed global of this name; the only way a name becomes a value. */
  pushGlobal(module: string, name: string): void {
    const [currentModule, currentBase] = currentName(module, name)
    const key = globalKey(currentModule, currentBase)
    let known = this.#globals.get(key)
    if (!known) {
      if (!this.options.globals.has(key)) throw refusedGlobal(this.input, module, name)
      known = new PickleGlobal(currentModule, currentBase)
      this.#globals.set(key, known)
    }
    this.push(known)
  }

  /** What `callable(*args)` stands for. */
  call(callable: PickleValue, args: readonly PickleValue[]): PickleValue {
    if (!(callable instanceof PickleGlobal)) throw malformed(this.input, 'something that is no global is called')
    const make: GlobalCall | null | undefined = this.options.globals.get(
      globalKey(callable.module, callable.qualifiedName),
    )
    if (!make) throw refusedGlobal(this.input, callable.module, callable.qualifiedName)
    return make(args, this.input, callable)
  }
}

function refusedGlobal(input: PickleInput, module: string, name: string): AppError {
  const global = `${module}.${name}`
  return pickleError(
    input,
    'global-refused',
    `it asks Python to load "${global}", which Lectern does not do; only plain data, numpy arrays and torch tensors are read, so save it again without that object`,
    { global },
  )
}
