import { pickleError } from './pickle-error.ts'
import type { PickleContext } from './pickle-error.ts'
import { OrderedDict, PickleExtension } from './values.ts'
import type { PickleValue } from './values.ts'

type Container = object

interface Visit {
  readonly container: Container
  readonly children: readonly PickleValue[]
  next: number
  height: number
}

const open = -1

/**
 * Refuses values that contain themselves and nesting deeper than `limit`, so that whoever walks them by recursion is
 * safe. Each container is visited once however often it is shared, so sharing bombs cost nothing.
 */
export function checkStructure(root: PickleValue, limit: number, context: PickleContext): void {
  const heights = new Map<Container, number>()
  const path: Visit[] = []
  const enter = (value: PickleValue): number => {
    const children = childrenOf(value)
    if (!children) return 0
    const container = value as Container
    const known = heights.get(container)
    if (known === open) throw pickleError(context, 'cyclic', 'it holds a container that contains itself')
    if (known !== undefined) return known
    heights.set(container, open)
    path.push({ container, children, next: 0, height: 1 })
    return open
  }
  enter(root)
  while (path.length > 0) {
    const visit = path[path.length - 1]!
    if (visit.height > limit || path.length > limit) {
      throw pickleError(context, 'too-deep', `containers are nested more than ${limit} deep`, { limit })
    }
    if (visit.next < visit.children.length) {
      const height = enter(visit.children[visit.next]!)
      if (height !== open) visit.height = Math.max(visit.height, height + 1)
      visit.next += 1
      continue
    }
    heights.set(visit.container, visit.height)
    path.pop()
    const parent = path[path.length - 1]
    if (parent) parent.height = Math.max(parent.height, visit.height + 1)
  }
}

/** Null for what holds nothing. */
function childrenOf(value: PickleValue): readonly PickleValue[] | null {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return null
  if (Array.isArray(value)) return value
  if (value instanceof PickleExtension) {
    const children = value.children()
    return children.length > 0 ? children : null
  }
  if (value instanceof Set) return [...value]
  const children = [...value.keys(), ...value.values()]
  if (value instanceof OrderedDict && value.attributes) children.push(value.attributes)
  return children
}
