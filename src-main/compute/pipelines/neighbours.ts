import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { ModelSource, SceneNeighbours, StudentBatchInput } from '../protocol.ts'
import { runModel } from './predict.ts'
import type { PipelineParts } from './predict.ts'
import { openFeeds } from './student-feeds.ts'
import { feedsOf } from './student-rows.ts'

export interface NeighboursInput {
  readonly model: ModelSource
  readonly device: Device
  readonly students: StudentBatchInput
}

/**
 * The neighbours that a graph head used for the students of one scene; null for heads without a graph. A student whose features are no
 * numbers has none and is nobody's. Throws AppError `predict.one-scene`.
 */
export async function neighbours(
  { models, sessions }: PipelineParts,
  { model: source, device, students }: NeighboursInput,
): Promise<SceneNeighbours | null> {
  assertOneScene(students)
  const model = await models.load(source, 'photo')
  if (!model.hasNeighbours) return null
  const feeds = openFeeds(model, students, () => 0)
  try {
    const { rows, positions } = feeds.read(0, feeds.students)
    if (rows.count === 0) return { k: 0, positions: new Int32Array(), weights: new Float32Array() }
    const { session } = await sessions.open(model.file, model.graphSha256, model.graph, device)
    const results = await runModel(model, session, feedsOf(model, rows))
    const index = results.get('neighbours')!
    const weight = results.get('neighbour_weights')!.data as Float32Array
    const k = index.dimensions[1]!
    const found = {
      k,
      positions: new Int32Array(feeds.students * k).fill(-1),
      weights: new Float32Array(feeds.students * k),
    }
    positions.forEach((position, row) => {
      for (let at = 0; at < k; at += 1) {
        found.positions[position * k + at] = positions[Number((index.data as BigInt64Array)[row * k + at])] ?? -1
        found.weights[position * k + at] = weight[row * k + at]!
      }
    })
    return found
  } finally {
    feeds.close()
  }
}

/** Throws AppError `predict.one-scene`. */
export function assertOneScene({ sceneOffsets }: StudentBatchInput): void {
  if (sceneOffsets.length === 2) return
  const scenes = sceneOffsets.length - 1
  throw new AppError('predict.one-scene', `Neighbours are asked for one scene at a time, not for ${scenes}.`, {
    scenes,
  })
}
