import type { EvaluationModel } from './graph/build-evaluation-model.ts'
import { graphNames } from './graph/graph-names.ts'
import type { Values } from './head-state.ts'
import { floats, floatsOf } from './training-session.ts'
import type { SessionTensor, TrainingSession } from './training-session.ts'

/** The students of one split in file order. */
export interface TrainingRows {
  readonly count: number
  /** Every modality the head reads, boxes and photo ids under their own names, row-major [count, width]. */
  readonly columns: ReadonlyMap<string, { readonly width: number; readonly values: Float32Array }>
  /** Class indices, [count]. */
  readonly labels: Int32Array
  /** Index of each student's photo, [count]. */
  readonly scenes: Int32Array
}

/** What a head says in evaluation mode. */
export interface EvaluatedBatch {
  /** [rows, classes] */
  readonly logits: Float32Array
  /** Mean over the rows of what the family adds to its loss; 0 where it adds nothing. */
  readonly auxiliaryLoss: number
}

/** Forwards the chosen rows as one batch; students of a graph head only meet those of their own photo. */
export async function evaluateLogits(
  session: TrainingSession,
  model: EvaluationModel,
  weights: Values,
  rows: TrainingRows,
  chosen: readonly number[],
): Promise<EvaluatedBatch> {
  const feeds: Record<string, SessionTensor> = {}
  for (const name of model.modalities) {
    const { width, values } = rows.columns.get(name)!
    const batch = new Float32Array(chosen.length * width)
    for (const [to, from] of chosen.entries()) batch.set(values.subarray(from * width, (from + 1) * width), to * width)
    feeds[graphNames.modality(name)] = floats(batch, [chosen.length, width])
  }
  if (model.takesScene) {
    feeds[graphNames.scene] = floats(
      Float32Array.from(chosen, (row) => rows.scenes[row]!),
      [chosen.length, 1],
    )
  }
  for (const { name, shape } of model.weights) feeds[graphNames.weight(name)] = floats(weights.get(name)!, shape)
  const outputs = await session.run(feeds)
  return {
    logits: floatsOf(outputs, graphNames.logits),
    auxiliaryLoss: model.hasAuxiliaryLoss ? floatsOf(outputs, graphNames.auxiliaryLoss)[0]! : 0,
  }
}
