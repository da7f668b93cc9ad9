import type { BaselineResult } from '#shared/contract/training.ts'
import { confusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import { accuracy, accuracyNoNull, macroF1, macroF1NoNull } from '#shared/metrics/scores.ts'
import { largestIndex } from '../evaluate-split.ts'
import type { Baseline } from './baseline-list.ts'

export interface Judge {
  /** [test rows] */
  readonly labels: Int32Array
  readonly classes: number
  readonly nullIndex: number | null
}

/** RAFNet's figures of a baseline's probabilities on the test split. [test rows, classes] */
export function baselineResult(
  { name, modalities }: Baseline,
  probabilities: Float64Array,
  { labels, classes, nullIndex }: Judge,
  elapsedMs: number,
): BaselineResult {
  const predicted = labels.map((_, row) => largestIndex(probabilities.subarray(row * classes, (row + 1) * classes)))
  const confusion = confusionMatrix(labels, predicted, classes)
  return {
    name,
    modalities,
    macroF1: macroF1(confusion),
    macroF1NoNull: macroF1NoNull(confusion, nullIndex),
    accuracy: accuracy(confusion),
    accuracyNoNull: accuracyNoNull(confusion, nullIndex),
    elapsedMs,
  }
}
