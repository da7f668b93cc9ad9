import { heldOutOfScene } from '#main/store/tables/learnt.ts'
import { floatsOf } from '#main/store/tables/prediction.ts'
import { countSaid, reviewRows, type ReviewRow } from '#main/store/tables/review.ts'
import type { Store } from '#main/store/store.ts'
import { softmax } from '../inference/softmax.ts'
import { plainConfidence, sceneSignals, type ReviewStudent, type StudentSignals } from './review-signals.ts'

/** Whose predictions the queue is about; 0 where there is none. */
export interface ReviewRuns {
  readonly runId: number
  /** The newest run of another model. */
  readonly otherRunId: number
  /** The version that `runId` is of, and the newest label that it could learn from. */
  readonly version: { readonly id: number; readonly lastLabelId: number } | null
}

/** The signals of a scene's students as the project stands; none where the scene is marked reviewed. */
export function readSceneSignals(store: Store, runs: ReviewRuns, sceneId: number): StudentSignals[] {
  const { version } = runs
  const rows = reviewRows(store, runs, sceneId, plainConfidence)
  if (rows.length === 0) return []
  const heldOut = version && heldOutOfScene(store, version.id, sceneId)
  return sceneSignals(rows.map((row) => toReviewStudent(store, row, version, heldOut?.get(row.studentId) ?? null)))
}

function toReviewStudent(
  store: Store,
  row: ReviewRow,
  version: ReviewRuns['version'],
  heldOut: Float32Array | null,
): ReviewStudent {
  const { studentId, x1, y1, x2, y2, predicted, confidence, logits, otherPredicted, otherConfidence } = row
  const probabilities = logits && softmax(floatsOf(logits))
  const label = labelOf(store, row, version)
  return {
    studentId,
    box: x1 === null || y1 === null || x2 === null || y2 === null ? null : { x1, y1, x2, y2 },
    score: row.score,
    label,
    prediction:
      predicted === null || confidence === null
        ? null
        : { classIndex: predicted, confidence, margin: probabilities && marginOf(probabilities) },
    other:
      otherPredicted === null || otherConfidence === null
        ? null
        : { classIndex: otherPredicted, confidence: otherConfidence },
    unfamiliar: row.unfamiliar,
    // A model learnt from no label that is not kept with what it said without it.
    heldOut: label === null ? null : (heldOut ?? probabilities),
  }
}

function labelOf(
  store: Store,
  { studentId, labelId, classIndex, labelSource }: ReviewRow,
  version: ReviewRuns['version'],
): ReviewStudent['label'] {
  if (labelId === null || classIndex === null) return null
  const byHand = labelSource !== 'imported'
  const stands = byHand && (labelId > (version?.lastLabelId ?? 0) || countSaid(store, studentId, classIndex) > 1)
  return { classIndex, byHand, stands }
}

/** Of the likeliest class over the next. */
function marginOf(probabilities: Float64Array): number {
  let [first, second] = [0, 0]
  for (const probability of probabilities) {
    if (probability > first) [first, second] = [probability, first]
    else if (probability > second) second = probability
  }
  return first - second
}
