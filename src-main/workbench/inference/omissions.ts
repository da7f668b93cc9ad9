import type { Omission } from '#shared/contract/summary.ts'

export interface Omissions {
  add(code: string, reason: string, count?: number): void
  list(): Omission[]
}

/** Counts what was left out, by reason, in the order in which the reasons came up. */
export function createOmissions(): Omissions {
  const counted = new Map<string, { code: string; reason: string; count: number }>()
  return {
    add: (code, reason, count = 1) => {
      const key = `${code} ${reason}`
      const known = counted.get(key)
      if (known) known.count += count
      else if (count > 0) counted.set(key, { code, reason, count })
    },
    list: () => [...counted.values()],
  }
}
