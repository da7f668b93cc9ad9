import type { Omission } from '#shared/contract/summary.ts'

export interface Omissions {
  add(code: string, reason: string): void
  list(): Omission[]
}

/** Counts what was left out, by reason, in the order in which the reasons came up. */
export function createOmissions(): Omissions {
  const counted = new Map<string, { code: string; reason: string; count: number }>()
  return {
    add: (code, reason) => {
      const key = `${code} ${reason}`
      const known = counted.get(key)
      if (known) known.count += 1
      else counted.set(key, { code, reason, count: 1 })
    },
    list: () => [...counted.values()],
  }
}
