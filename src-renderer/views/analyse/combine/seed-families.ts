import type { RunInfo } from '#shared/contract/models.ts'

/** Runs that differ in their seed only, by what their names have in common. */
export interface SeedFamily {
  readonly name: string
  readonly runIds: readonly number[]
}

const seedSuffix = /[\s_/.-]*seed[\s_-]?\d+\s*$/i

/** `rafnet seed_41`, `rafnet seed_42` … are one family, `rafnet`; of two runs of one name the newer counts. Alone is no family. */
export function seedFamilies(runs: readonly RunInfo[]): readonly SeedFamily[] {
  const families = new Map<string, Map<string, number>>()
  for (const run of runs) {
    if (run.partial || !seedSuffix.test(run.name)) continue
    const name = run.name.replace(seedSuffix, '').trim() || run.name
    const seeds = families.get(name) ?? new Map<string, number>()
    seeds.set(run.name, Math.max(run.id, seeds.get(run.name) ?? 0))
    families.set(name, seeds)
  }
  return [...families]
    .filter(([, seeds]) => seeds.size > 1)
    .map(([name, seeds]) => ({ name, runIds: [...seeds.values()].sort((one, other) => one - other) }))
}
