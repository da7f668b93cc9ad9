import { AppError } from '#shared/contract/app-error.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { evaluateSplit, largestIndex } from './evaluate-split.ts'
import type { SplitFigures } from './evaluate-split.ts'
import type { TrainingRows } from './evaluate-logits.ts'
import { freshState } from './head-state.ts'
import type { HeadState, Values } from './head-state.ts'
import { initialWeights } from './initial-weights.ts'
import { planEpoch } from './plan-epoch.ts'
import type { PreparedTraining } from './prepare-training.ts'
import { runSteps } from './run-steps.ts'
import type { StepResults } from './run-steps.ts'
import { advanceSchedule, startSchedule } from './schedulers.ts'
import type { TrainingOptions } from './training-options.ts'
import type { BestEpoch, EpochRecord, TrainingState } from './training-state.ts'

/** The three splits of a training. */
export interface TrainingSplits {
  readonly train: TrainingRows
  readonly val: TrainingRows
  readonly test: TrainingRows
}

/** What the training of one seed says while it runs. */
export type SeedEvent =
  | { readonly kind: 'steps'; readonly epoch: number; readonly done: number; readonly total: number }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly isBest: boolean; readonly state: TrainingState }

export interface SeedResult {
  /** 0 where no epoch was better than 0: then the last epoch's weights were tested. */
  readonly bestEpoch: number
  readonly bestMetric: number
  readonly test: SplitFigures
  readonly weights: Values
  readonly history: readonly EpochRecord[]
}

export interface SeedRequest {
  readonly config: HeadConfig
  readonly options: TrainingOptions
  readonly splits: TrainingSplits
  readonly seed: number
  /** A state of the same training to go on from; null starts anew. */
  readonly state: TrainingState | null
  /** Weights to start from in place of random ones. */
  readonly startFrom?: Values
  /** Asked after each epoch and between two runs of the graph, given the epochs that are complete: whether to end early. */
  readonly endsEarly?: (epochs: number) => boolean
}

/**
 * Trains one seed: epochs of shuffled batches, each measured on val; the best by macro F1 (no-null), strictly greater than all before
 * and than 0, is kept and tested at the end. The same seed gives the same numbers on the same machine, resumed or not. Ended early, it
 * tests the best of the epochs that are complete; null where there is none.
 *
 * Stops between two runs of the graph when the signal aborts.
 * @throws AppError `training.diverged`
 */
export async function* trainSeed(
  prepared: PreparedTraining,
  request: SeedRequest,
  signal: AbortSignal,
): AsyncGenerator<SeedEvent, SeedResult | null> {
  const { options, seed } = request
  const endsEarly = (epochs: number): boolean => request.endsEarly?.(epochs) ?? false
  let state = request.state ?? startState(request)
  while (state.history.length < options.epochs && !endsEarly(state.history.length)) {
    const epoch = state.history.length + 1
    const trained = yield* trainEpoch(prepared, request, state, epoch, signal)
    if (trained === null) break
    const val = await evaluate(prepared, request, trained.head.weights, 'val')
    // The last step of an epoch may be the one that blows the weights up: figures of NaN logits would look like any others.
    if (!Number.isFinite(val.loss)) throw diverged(seed, epoch, state.schedule.learningRate)
    const metric = selectionMetric(val, options)
    const record = recordOf(epoch, state.schedule.learningRate, trained, val)
    const isBest = metric > (state.best?.metric ?? 0)
    const best: BestEpoch = { epoch, metric, weights: trained.head.weights, steps: trained.head.steps }
    state = {
      head: trained.head,
      schedule: advanceSchedule(options.scheduler, state.schedule, { learningRate: options.learningRate, metric }),
      best: isBest ? best : state.best,
      history: [...state.history, record],
    }
    yield { kind: 'epoch', record, isBest, state }
  }
  signal.throwIfAborted()
  if (state.history.length === 0) return null
  const weights = state.best?.weights ?? state.head.weights
  const test = await evaluate(prepared, { ...request, seed }, weights, 'test')
  const { best, history } = state
  return { bestEpoch: best?.epoch ?? 0, bestMetric: best?.metric ?? 0, test, weights, history }
}

const startState = ({ config, options, seed, startFrom }: SeedRequest): TrainingState => ({
  head: freshState(startFrom ?? initialWeights(config, seed)),
  schedule: startSchedule(options.learningRate),
  best: null,
  history: [],
})

/** What selects the best epoch and steers the plateau: the paper's metric, or the plain macro F1 where no class is Null. */
const selectionMetric = (figures: SplitFigures, { nullIndex }: TrainingOptions): number =>
  nullIndex === null ? figures.macroF1 : figures.macroF1NoNull

interface TrainedEpoch {
  readonly head: HeadState
  readonly loss: number
  readonly accuracy: number
}

/** Null where it was ended early. */
async function* trainEpoch(
  prepared: PreparedTraining,
  { config, options, splits, seed, endsEarly }: SeedRequest,
  { head: before, schedule }: TrainingState,
  epoch: number,
  signal: AbortSignal,
): AsyncGenerator<SeedEvent, TrainedEpoch | null> {
  const { count, labels } = splits.train
  const { batchSize, mixupAlpha } = options
  const { learningRate } = schedule
  const totals = { batches: 0, loss: 0, rowLoss: 0, rows: 0, correct: 0 }
  let head = before
  for (const { size, plan } of planEpoch({ seed, epoch, rows: count, batchSize, mixupAlpha, learningRate })) {
    signal.throwIfAborted()
    if (endsEarly?.(epoch - 1)) return null
    const { session, model } = prepared.stepOf(size)
    const steps = plan(model.masks)
    const results = await runSteps(session, model, prepared.columns, head, steps, options.adamW)
    checkLosses(results, epoch, seed, learningRate)
    head = results.state
    for (const [index, rows] of steps.rows.entries()) {
      totals.loss += results.losses[index]!
      totals.rowLoss += results.losses[index]! * rows.length
    }
    totals.batches += steps.rows.length
    totals.rows += steps.rows.length * size
    totals.correct += countCorrect(results.logits, steps.rows.flat(), labels, config.classes)
    yield { kind: 'steps', epoch, done: totals.rows, total: count }
  }
  const loss = prepared.evaluation.model.hasAuxiliaryLoss ? totals.rowLoss / totals.rows : totals.loss / totals.batches
  return { head, loss, accuracy: (100 * totals.correct) / totals.rows }
}

function checkLosses({ losses, gradientNorms }: StepResults, epoch: number, seed: number, learningRate: number): void {
  const finite = (values: Float32Array): boolean => values.every((value) => Number.isFinite(value))
  if (!finite(losses) || !finite(gradientNorms)) throw diverged(seed, epoch, learningRate)
}

const diverged = (seed: number, epoch: number, learningRate: number): AppError =>
  new AppError(
    'training.diverged',
    `Training of seed ${seed} diverged in epoch ${epoch}: its loss is no longer a number. Use a smaller learning rate than ${learningRate}, or clip gradients (grad_clip).`,
    { seed, epoch, learningRate },
  )

function countCorrect(logits: Float32Array, rows: readonly number[], labels: Int32Array, classes: number): number {
  return rows.filter(
    (row, position) => largestIndex(logits.subarray(position * classes, (position + 1) * classes)) === labels[row],
  ).length
}

function recordOf(epoch: number, learningRate: number, trained: TrainedEpoch, val: SplitFigures): EpochRecord {
  const { loss, macroF1, macroF1NoNull, accuracy, accuracyNoNull } = val
  return {
    epoch,
    learningRate,
    train: { loss: trained.loss, accuracy: trained.accuracy },
    val: { loss, macroF1, macroF1NoNull, accuracy, accuracyNoNull },
  }
}

function evaluate(
  prepared: PreparedTraining,
  { config, options, splits }: SeedRequest,
  weights: Values,
  split: 'val' | 'test',
): Promise<SplitFigures> {
  const { session, model } = prepared.evaluation
  const { focalGamma: gamma, batchSize, nullIndex } = options
  return evaluateSplit(session, model, config, weights, splits[split], prepared.targets[split], {
    gamma,
    batchSize,
    nullIndex,
  })
}
