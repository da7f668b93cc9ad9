import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { ModelSource, SceneNeighbours, StudentBatchInput } from '../protocol.ts'
import { runModel } from './predict.ts'
import type { PipelineParts } from './predict.ts'
import { openFeeds } from './student-feeds.ts'

export interface NeighboursInput {
  readonly model: ModelSource
  readonly device: Device
  readonly students: StudentBatchInput
}

/** The neighbours that a graph head used for the students of one scene; null for heads without a graph. */
export async function neighbours(
  { models, sessions }: PipelineParts,
  { model: source, device, students }: NeighboursInput,
): Promise<SceneNeighbours | null> {
  if (students.sceneOffsets.length !== 2) {
    const scenes = students.sceneOffsets.length - 1
    throw new AppError('predict.one-scene', `Neighbours are asked for one scene at a time, not for ${scenes}.`, {
      scenes,
    })
  }
  const model = await models.load(source, 'photo')
  if (!model.hasNeighbours) return null
  const feeds = openFeeds(model, students, () => 0)
  try {
    if (feeds.students === 0) return { k: 0, positions: new Int32Array(), weights: new Float32Array() }
    const { session } = await sessions.open(model.file, model.graphSha256, model.graph, device)
    const results = await runModel(model, session, feeds.read(0, feeds.students))
    const index = results.get('neighbours')!
    const positions = Int32Array.from(index.data as BigInt64Array, Number)
    return { k: index.dimensions[1]!, positions, weights: results.get('neighbour_weights')!.data as Float32Array }
  } finally {
    feeds.close()
  }
}
