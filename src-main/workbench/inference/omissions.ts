import type { Omission } from '#shared/contract/summary.ts'

export interface Omissions {
  add(code: string, reason: string, count?: number): void
  list(): Omission[]
}

/** Counts what was left out, by reason, in the order in which the reasons came up; `known` is counted already. */
export function createOmissions(known: readonly Omission[] = []): Omissions {
  const counted = new Map<string, { code: string; reason: string; count: number }>()
  const add: Omissions['add'] = (code, reason, count = 1) => {
    const key = `${code} ${reason}`
    const same = counted.get(key)
    if (same) same.count += count
    else if (count > 0) counted.set(key, { code, reason, count })
  }
  for (const { code, reason, count } of known) add(code, reason, count)
  return { add, list: () => [...counted.values()] }
}
