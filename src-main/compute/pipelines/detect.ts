import { performance } from 'node:perf_hooks'
import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import { seatOrder } from '#shared/domain/seat-order.ts'
import type { Detector } from '../detection/detector.ts'
import type { DetectionSetting } from '../detection/plan-passes.ts'
import type { ScoredBox } from '../detection/scored-box.ts'
import { decodePhoto } from '../images/decode-photo.ts'
import type { DetectionMessage, DetectorSource, SceneDetection } from '../protocol.ts'
import type { SessionPool } from '../sessions/session-pool.ts'
import { openDefaultEmbedder } from './default-embedder.ts'
import type { DefaultEmbedder } from './default-embedder.ts'
import { openNanodetDetector } from './nanodet-detector.ts'
import { openYoloDetector } from './yolo-detector.ts'
import { openYoloxDetector } from './yolox-detector.ts'

export interface DetectInput {
  readonly detector: DetectorSource
  readonly photos: readonly { readonly file: string }[]
  readonly setting: DetectionSetting
  readonly embeddings: { readonly folder: string } | null
  readonly device: Device
}

/**
 * Finds the persons of each photo, in the order given: `start`, then `scene` or `failed` for every photo, `end`. A photo
 * that cannot be read, or that the model does not run on, fails alone. Stops between two passes when the signal aborts.
 *
 * Throws AppError `detector.*`, `tfjs.*`, `weights.*`, `model.not-loadable`, `inference.provider-unavailable` before the first photo.
 */
export async function* detect(
  sessions: SessionPool,
  { detector: source, photos, setting, embeddings, device }: DetectInput,
  signal: AbortSignal,
): AsyncGenerator<DetectionMessage> {
  const detector = await openDetector(sessions, source, setting, device)
  const embedder = embeddings ? await openDefaultEmbedder(sessions, embeddings.folder, device) : null
  const { sha256, provider, reason } = detector
  yield { kind: 'start', provider, reason, sha256, embeddingSha256: embedder?.sha256 ?? null }
  let [scenes, elapsedMs] = [0, 0]
  for (const [index, { file }] of photos.entries()) {
    signal.throwIfAborted()
    try {
      const scene = await detectScene(detector, embedder, file, signal)
      scenes += 1
      elapsedMs += scene.elapsedMs
      yield { kind: 'scene', index, ...scene }
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error
      yield { kind: 'failed', index, error: error.toJSON() }
    }
  }
  yield { kind: 'end', scenes, failed: photos.length - scenes, msPerScene: scenes === 0 ? 0 : elapsedMs / scenes }
}

function openDetector(
  sessions: SessionPool,
  source: DetectorSource,
  setting: DetectionSetting,
  device: Device,
): Promise<Detector> {
  if (source.kind === 'nanodet') return openNanodetDetector(sessions, { folder: source.folder, setting, device })
  return source.kind === 'yolo'
    ? openYoloDetector(sessions, source, device)
    : openYoloxDetector(sessions, source, device)
}

async function detectScene(
  detector: Detector,
  embedder: DefaultEmbedder | null,
  file: string,
  signal: AbortSignal,
): Promise<SceneDetection> {
  const start = performance.now()
  const photo = await decodePhoto(file, detector.colours)
  const found = await detector.detect(photo, signal)
  const boxes = seatOrder(found).map((place) => found[place]!)
  // Default vectors were measured on photos as they are shown.
  const shown = embedder && detector.colours === 'stored' ? await decodePhoto(file) : photo
  const embeddings = embedder ? await embedder.embed(shown, boxes) : null
  const { widthPx, heightPx } = photo
  return { widthPx, heightPx, boxes: packed(boxes), embeddings, elapsedMs: performance.now() - start }
}

/** [boxes, 5]: x1, y1, x2, y2, score. */
const packed = (boxes: readonly ScoredBox[]): Float64Array =>
  Float64Array.from(boxes.flatMap(({ x1, y1, x2, y2, score }) => [x1, y1, x2, y2, score]))
