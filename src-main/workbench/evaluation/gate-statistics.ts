import { setImmediate } from 'node:timers/promises'
import { cancelled } from '#shared/contract/app-error.ts'
import type { GateStatistics } from '#shared/contract/evaluation.ts'
import { meanAndPopulationSd } from '#shared/metrics/mean-and-population-sd.ts'
import type { Store } from '#main/store/store.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { gatesAfter } from '#main/store/tables/outcome.ts'
import { floatsOf } from '#main/store/tables/prediction.ts'
import { knownRun, toRunInfo } from '../models/run-info.ts'

/** Rows read at a time: 10 ms or so. */
const rowsAtOnce = 4000

type Group = GateStatistics['groups'][number]

/** Shares of a group's students, by modality. */
type Shares = number[][]

/**
 * How a run's gate shared its attention among the modalities: over all its students, over those it got right and wrong, and per true class.
 * Groups without students are left out, as are all of them for a head without a gate. Throws AppError `runs.unknown` and, when
 * aborted, `job.cancelled`.
 */
export async function gateStatistics(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
  signal: AbortSignal,
): Promise<GateStatistics> {
  const modalities = toRunInfo(knownRun(store, runId)).gateModalities
  const wanted = sceneIds && new Set(sceneIds)
  const shares = new Map<string, Shares>()
  const add = (key: string, gate: Float32Array): void => {
    const group: Shares = shares.get(key) ?? modalities.map(() => [])
    shares.set(key, group)
    group.forEach((values, place) => values.push(gate[place] ?? 0))
  }
  for (let after: number | null = 0; after !== null && modalities.length > 0;) {
    const rows = gatesAfter(store, runId, after, rowsAtOnce)
    for (const { sceneId, truth, predicted, gate } of rows) {
      if (wanted?.has(sceneId) === false) continue
      const values = floatsOf(gate)
      add('all', values)
      if (truth === null) continue
      add(truth === predicted ? 'correct' : 'wrong', values)
      add(`class ${truth}`, values)
    }
    after = rows.length < rowsAtOnce ? null : (rows.at(-1)?.studentId ?? null)
    await setImmediate()
    if (signal.aborted) throw cancelled()
  }
  const groupOf = (group: Group['group'], classIndex: number | null): Group[] =>
    statistics(group, classIndex, shares.get(classIndex === null ? group : `class ${classIndex}`))
  return {
    runId,
    modalities,
    groups: [
      ...groupOf('all', null),
      ...groupOf('correct', null),
      ...groupOf('wrong', null),
      ...listClasses(store).flatMap(({ index }) => groupOf('class', index)),
    ],
  }
}

function statistics(group: Group['group'], classIndex: number | null, shares: Shares | undefined): Group[] {
  if (!shares) return []
  const figures = shares.map((values) => meanAndPopulationSd(values))
  return [
    {
      group,
      classIndex,
      students: shares[0]?.length ?? 0,
      mean: figures.map(({ mean }) => mean),
      sd: figures.map(({ populationSd }) => populationSd),
    },
  ]
}
