import type { Box } from '#shared/geometry/box.ts'
import type { Device } from '#shared/contract/schemas.ts'
import { planPass } from '../detection/plan-passes.ts'
import { defaultEmbeddings, embeddingLongSidePx } from '../embedding/default-embedding.ts'
import type { FeatureMap } from '../embedding/roi-align.ts'
import type { UprightPhoto } from '../images/decode-photo.ts'
import type { SessionPool } from '../sessions/session-pool.ts'
import type { PlainTensor } from '../sessions/tensor.ts'
import { openNanodet } from './open-nanodet.ts'

/** Lectern's default vectors, ready to be taken. */
export interface DefaultEmbedder {
  readonly sha256: string
  readonly provider: string
  readonly reason: string
  /** One look at the photo, then a vector of each box: float32 [boxes, 768]. Throws AppError `embedding.box-not-finite`. */
  readonly embed: (photo: UprightPhoto, boxes: readonly Box[]) => Promise<Float32Array>
}

/**
 * The same graph serves boxes that were found, drawn, edited and imported, so that a box has one vector wherever it comes
 * from. Throws as `openNanodet` does.
 */
export async function openDefaultEmbedder(
  sessions: SessionPool,
  folder: string,
  device: Device,
): Promise<DefaultEmbedder> {
  const { sha256, provider, reason, look } = await openNanodet(sessions, folder, 'maps', device)
  const embed: DefaultEmbedder['embed'] = async (photo, boxes) => {
    const pass = planPass(photo, embeddingLongSidePx)
    const results = await look(photo, pass)
    const maps = { fine: featureMap(results.get('map_8')!, 8), coarse: featureMap(results.get('map_16')!, 16) }
    return defaultEmbeddings(maps, boxes, photo, pass.size)
  }
  return { sha256, provider, reason, embed }
}

function featureMap({ data, dimensions }: PlainTensor, stride: number): FeatureMap {
  const [, channels, rows, columns] = dimensions as [number, number, number, number]
  return { values: data as Float32Array, channels, rows, columns, stride }
}
