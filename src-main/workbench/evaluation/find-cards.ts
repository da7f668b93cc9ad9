import type { StudentCard } from '#shared/contract/evaluation.ts'
import type { Store } from '#main/store/store.ts'
import { cardRows } from '#main/store/tables/outcome.ts'
import { sceneLabels } from '#main/store/tables/scene.ts'
import { knownRun } from '../models/run-info.ts'
import { readOutcomes } from './read-outcomes.ts'

export interface CardFilter {
  readonly runId: number
  readonly truth: number | null
  readonly predicted: number | null
  readonly sceneId: number | null
  readonly onlyWrong: boolean
  readonly limit: number
}

/** Those students of a confusion cell, a row, a column or a scene, and how many there are. Throws AppError `runs.unknown`. */
export async function findCards(
  store: Store,
  filter: CardFilter,
): Promise<{ readonly total: number; readonly cards: readonly StudentCard[] }> {
  knownRun(store, filter.runId)
  const outcomes = await readOutcomes(store, filter.runId, filter.sceneId === null ? null : [filter.sceneId])
  const found: number[] = []
  outcomes.truth.forEach((truth, place) => {
    const predicted = outcomes.predicted[place]
    const fits =
      (filter.truth === null || filter.truth === truth) &&
      (filter.predicted === null || filter.predicted === predicted) &&
      (!filter.onlyWrong || truth !== predicted)
    if (fits) found.push(place)
  })
  const shown = found.slice(0, filter.limit)
  const ids = shown.map((place) => outcomes.studentIds[place] ?? 0)
  const rows = new Map(cardRows(store, filter.runId, ids).map((row) => [row.studentId, row]))
  const labels = sceneLabels(store)
  const cards = shown.flatMap((place, index): StudentCard[] => {
    const row = rows.get(ids[index] ?? 0)
    if (!row) return []
    const { studentId, sceneId, bboxId, confidence } = row
    return [
      {
        studentId,
        sceneId,
        scene: labels.get(sceneId) ?? String(sceneId),
        bboxId,
        box: { x1: row.x1 ?? 0, y1: row.y1 ?? 0, x2: row.x2 ?? 0, y2: row.y2 ?? 0 },
        truth: outcomes.truth[place] ?? 0,
        predicted: outcomes.predicted[place] ?? 0,
        confidence,
      },
    ]
  })
  return { total: found.length, cards }
}
