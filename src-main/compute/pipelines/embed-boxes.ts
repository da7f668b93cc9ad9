import { performance } from 'node:perf_hooks'
import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { Box } from '#shared/geometry/box.ts'
import { decodePhoto } from '../images/decode-photo.ts'
import type { EmbeddingMessage } from '../protocol.ts'
import type { SessionPool } from '../sessions/session-pool.ts'
import { openDefaultEmbedder } from './default-embedder.ts'

export interface EmbedInput {
  readonly folder: string
  readonly scenes: readonly { readonly file: string; readonly boxes: Float64Array }[]
  readonly device: Device
}

/**
 * Default vectors of boxes that are known already, photo by photo in the order given: `start`, then `scene` or `failed`
 * for every photo, `end`. Throws as `openNanodet` does before the first photo; stops between two photos when the signal
 * aborts.
 */
export async function* embedBoxes(
  sessions: SessionPool,
  { folder, scenes, device }: EmbedInput,
  signal: AbortSignal,
): AsyncGenerator<EmbeddingMessage> {
  const { sha256, provider, reason, embed } = await openDefaultEmbedder(sessions, folder, device)
  yield { kind: 'start', provider, reason, sha256 }
  let [done, elapsedMs] = [0, 0]
  for (const [index, { file, boxes }] of scenes.entries()) {
    signal.throwIfAborted()
    const start = performance.now()
    try {
      const vectors = await embed(await decodePhoto(file), unpacked(boxes))
      done += 1
      elapsedMs += performance.now() - start
      yield { kind: 'scene', index, vectors }
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error
      yield { kind: 'failed', index, error: error.toJSON() }
    }
  }
  yield { kind: 'end', scenes: done, failed: scenes.length - done, msPerScene: done === 0 ? 0 : elapsedMs / done }
}

/** From [boxes, 4]. */
const unpacked = (corners: Float64Array): Box[] =>
  Array.from({ length: corners.length / 4 }, (_, index) => {
    const [x1, y1, x2, y2] = corners.subarray(index * 4) as unknown as [number, number, number, number]
    return { x1, y1, x2, y2 }
  })
