import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { batchScenes } from '#main/onnx/batch-scenes.ts'
import { confusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import type { ConfusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import { accuracy, accuracyNoNull, macroF1, macroF1NoNull } from '#shared/metrics/scores.ts'
import { evaluateLogits } from './evaluate-logits.ts'
import type { TrainingRows } from './evaluate-logits.ts'
import type { EvaluationModel } from './graph/build-evaluation-model.ts'
import { mixesRows } from './graph/head-inputs.ts'
import type { Values } from './head-state.ts'
import { focalLossOfRow } from './losses/focal-loss.ts'
import type { TrainingSession } from './training-session.ts'

/** RAFNet's figures of one split, rates in percent. */
export interface SplitFigures {
  readonly loss: number
  readonly macroF1: number
  readonly macroF1NoNull: number
  readonly accuracy: number
  readonly accuracyNoNull: number
  readonly confusion: ConfusionMatrix
}

export interface SplitOptions {
  readonly gamma: number
  readonly batchSize: number
  readonly nullIndex: number | null
}

/** Students forwarded at once at most: whole photos for graph heads, rows in file order for the others. */
const evaluationRows = 512

/** Whether RAFNet reports this family's loss with what it adds to it, as a mean over rows. */
const reportsRowMean = (model: EvaluationModel): boolean => model.hasAuxiliaryLoss

/**
 * Forwards a split and measures it. Graph heads see one photo at a time, as everywhere in Lectern (RAFNet's Python forwards
 * `batchSize` consecutive rows, so that its figures of a graph head without photo ids differ a little). The loss is RAFNet's: a mean
 * over rows with the auxiliary terms for gated families, else the mean of the batches' means.
 *
 * @param targets see `smoothedTargets`, [rows, classes]
 */
export async function evaluateSplit(
  session: TrainingSession,
  model: EvaluationModel,
  config: HeadConfig,
  weights: Values,
  rows: TrainingRows,
  targets: Float32Array,
  options: SplitOptions,
): Promise<SplitFigures> {
  const { classes } = config
  const losses = new Float64Array(rows.count)
  const predicted = new Int32Array(rows.count)
  let auxiliary = 0
  for (const chosen of evaluationBatches(rows, mixesRows(config))) {
    const batch = await evaluateLogits(session, model, weights, rows, chosen)
    auxiliary += (batch.auxiliaryLoss * chosen.length) / rows.count
    for (const [position, row] of chosen.entries()) {
      const logits = batch.logits.subarray(position * classes, (position + 1) * classes)
      losses[row] = focalLossOfRow(logits, targets.subarray(row * classes, (row + 1) * classes), options.gamma)
      predicted[row] = largestIndex(logits)
    }
  }
  const confusion = confusionMatrix(rows.labels, predicted, classes)
  const loss = reportsRowMean(model) ? meanOf(losses) + auxiliary : meanOfBatches(losses, options.batchSize)
  return {
    loss,
    macroF1: macroF1(confusion),
    macroF1NoNull: macroF1NoNull(confusion, options.nullIndex),
    accuracy: accuracy(confusion),
    accuracyNoNull: accuracyNoNull(confusion, options.nullIndex),
    confusion,
  }
}

function evaluationBatches(rows: TrainingRows, byScene: boolean): readonly (readonly number[])[] {
  if (!byScene) {
    const starts = Array.from({ length: Math.ceil(rows.count / evaluationRows) }, (_, index) => index * evaluationRows)
    return starts.map((start) =>
      Array.from({ length: Math.min(evaluationRows, rows.count - start) }, (_, index) => start + index),
    )
  }
  const scenes = [...Map.groupBy(rows.scenes.keys(), (row) => rows.scenes[row]!).values()]
  const sizes = scenes.map((scene) => scene.length)
  return batchScenes(sizes, evaluationRows).map((batch) => batch.flatMap((scene) => scenes[scene]!))
}

/** The first of the largest values. */
export function largestIndex(values: ArrayLike<number>): number {
  let best = 0
  for (let index = 1; index < values.length; index += 1) if (values[index]! > values[best]!) best = index
  return best
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

function meanOfBatches(losses: Float64Array, batchSize: number): number {
  const starts = Array.from({ length: Math.ceil(losses.length / batchSize) }, (_, index) => index * batchSize)
  const means = starts.map((start) => meanOf(losses.subarray(start, start + batchSize)))
  return means.reduce((sum, mean) => sum + mean, 0) / means.length
}
