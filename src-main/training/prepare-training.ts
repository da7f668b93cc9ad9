import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'
import type { TrainingRows } from './evaluate-logits.ts'
import { buildEvaluationModel } from './graph/build-evaluation-model.ts'
import type { EvaluationModel } from './graph/build-evaluation-model.ts'
import { buildStepModel } from './graph/build-step-model.ts'
import type { StepModel } from './graph/build-step-model.ts'
import { graphNames } from './graph/graph-names.ts'
import { classWeights, countClasses } from './losses/class-weights.ts'
import { smoothedTargets } from './losses/smoothed-targets.ts'
import { batchSizes, checkBatches } from './plan-epoch.ts'
import type { TrainingSplits } from './train-seed.ts'
import type { TrainingOptions } from './training-options.ts'
import { floats } from './training-session.ts'
import type { SessionTensor, SessionTensors, TrainingSession } from './training-session.ts'

/** Loads a graph; the caller releases what it opened. */
export type OpenSession = (model: Uint8Array) => Promise<TrainingSession>

/** What all seeds of a training share: graphs for each batch size, the split's columns, targets of every split. */
export interface PreparedTraining {
  readonly stepOf: (batchSize: number) => { readonly session: TrainingSession; readonly model: StepModel }
  readonly evaluation: { readonly session: TrainingSession; readonly model: EvaluationModel }
  readonly columns: SessionTensors
  readonly targets: { readonly val: Float32Array; readonly test: Float32Array }
  /** [classes] */
  readonly classWeights: readonly number[]
}

/** @throws AppError `training.batch-of-one` */
export function checkHeadBatches(config: HeadConfig, students: number, batchSize: number): void {
  const hasBatchNorm = expectedWeights(config).some(({ role }) => role === 'statistic')
  checkBatches(students, batchSize, hasBatchNorm)
}

/** @throws AppError `training.batch-of-one` before any graph is loaded */
export async function prepareTraining(
  config: HeadConfig,
  options: TrainingOptions,
  splits: TrainingSplits,
  open: OpenSession,
): Promise<PreparedTraining> {
  const { train, val, test } = splits
  checkHeadBatches(config, train.count, options.batchSize)
  const weights = classWeights(countClasses(train.labels, config.classes), options.classWeighting)
  const targetsOf = (rows: TrainingRows): Float32Array => smoothedTargets(rows.labels, weights, options.labelSmoothing)
  const steps = new Map<number, { readonly session: TrainingSession; readonly model: StepModel }>()
  for (const batchSize of new Set(batchSizes(train.count, options.batchSize))) {
    const model = buildStepModel(config, {
      batchSize,
      rows: train.count,
      gamma: options.focalGamma,
      contrastive: options.contrastive,
      mixup: options.mixupAlpha > 0,
      betas: options.adamW.betas,
      gradientClip: options.gradientClip,
    })
    steps.set(batchSize, { model, session: await open(model.bytes) })
  }
  const evaluation = buildEvaluationModel(config)
  const { model } = steps.get(batchSizes(train.count, options.batchSize)[0]!)!
  return {
    stepOf: (batchSize) => steps.get(batchSize)!,
    evaluation: { model: evaluation, session: await open(evaluation.bytes) },
    columns: columnsOf(train, model, config, targetsOf(train)),
    targets: { val: targetsOf(val), test: targetsOf(test) },
    classWeights: weights,
  }
}

function columnsOf(rows: TrainingRows, model: StepModel, config: HeadConfig, targets: Float32Array): SessionTensors {
  const columns: Record<string, SessionTensor> = {
    [graphNames.targets]: floats(targets, [rows.count, config.classes]),
  }
  for (const name of model.modalities) {
    const { width, values } = rows.columns.get(name)!
    columns[graphNames.modality(name)] = floats(values, [rows.count, width])
  }
  if (model.takesLabels) columns[graphNames.labels] = floats(Float32Array.from(rows.labels), [rows.count, 1])
  return columns
}
