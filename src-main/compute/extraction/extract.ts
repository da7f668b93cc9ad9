import { basename } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { AppError } from '#shared/contract/app-error.ts'
import type {
  ExtractionInput,
  ExtractionMessage,
  ExtractionNetwork,
  MeasuredCosine,
  NetworkVectors,
  StartedNetwork,
} from './extraction-contract.ts'
import { photosInTurn } from './photos-in-turn.ts'
import type { DecodePhoto, PhotosInTurn } from './photos-in-turn.ts'
import type { ExtractionParts, SceneExtractor, SceneOfPhoto } from './scene-extractor.ts'
import type { WeightsLoader } from './weights-loader.ts'

/** What makes vectors of photos. */
export interface ExtractParts extends ExtractionParts {
  readonly weights: WeightsLoader
  readonly decode: DecodePhoto
}

interface OpenNetwork {
  readonly extractor: SceneExtractor
  readonly width: number
  readonly sha256: string
}

/**
 * Vectors of scene after scene, in order: `start`, then `scene` or `failed` for each, `end`. A photo is decoded once, whatever the number
 * of networks, and the next one while they run. A photo that cannot be read fails alone; whatever is wrong with the weights ends the
 * stream. Stops between two batches when the signal aborts.
 */
export async function* extract(
  parts: ExtractParts,
  input: ExtractionInput,
  signal: AbortSignal,
): AsyncGenerator<ExtractionMessage> {
  const { scenes } = input
  const networks: OpenNetwork[] = []
  for (const network of input.networks) networks.push(await openNetwork(parts, input, network, signal))
  const photos = photosInTurn(
    parts.decode,
    scenes.map(({ file }) => file),
  )
  yield { kind: 'start', networks: await startedNetworks(networks, scenes, photos) }
  const rest = async (): Promise<void> => {
    // A turn of the event loop lets a cancellation arrive: the network's run itself blocks this thread.
    await setImmediate()
    signal.throwIfAborted()
  }
  for (const [index, scene] of scenes.entries()) {
    await rest()
    const start = performance.now()
    const pixels = await photos.take(index)
    if (pixels instanceof AppError) {
      yield { kind: 'failed', index, error: { code: pixels.code, message: pixels.message } }
      continue
    }
    const answers: NetworkVectors[] = []
    for (const [place, { extractor }] of networks.entries()) {
      answers.push(await vectorsOf(extractor, sceneOfPhoto(scene, scene.boxes[place]!, pixels), rest))
    }
    yield { kind: 'scene', index, answers, elapsedMs: performance.now() - start }
  }
  yield { kind: 'end' }
}

async function openNetwork(
  parts: ExtractParts,
  { device, batch }: ExtractionInput,
  { weights, ...options }: ExtractionNetwork,
  signal: AbortSignal,
): Promise<OpenNetwork> {
  const { description, open } = await parts.weights.load(weights.file)
  signal.throwIfAborted()
  const extractor = await open(parts, { ...options, device, batch })
  return { extractor, width: description.width, sha256: description.sha256 }
}

/** A scene as one of the networks sees it. */
export const sceneOfPhoto = (
  { file, name = basename(file) }: { readonly file: string; readonly name?: string | undefined },
  boxes: Float64Array,
  pixels: SceneOfPhoto['pixels'],
): SceneOfPhoto => ({ name, boxes, pixels })

async function vectorsOf(
  extractor: SceneExtractor,
  scene: SceneOfPhoto,
  rest: () => Promise<void>,
): Promise<NetworkVectors> {
  const start = performance.now()
  const found = await extractor.run(scene, rest)
  return { ...found, elapsedMs: performance.now() - start }
}

async function startedNetworks(
  networks: readonly OpenNetwork[],
  scenes: ExtractionInput['scenes'],
  photos: PhotosInTurn,
): Promise<readonly StartedNetwork[]> {
  const started: StartedNetwork[] = []
  for (const [place, { extractor, width, sha256 }] of networks.entries()) {
    const { provider, reason } = extractor
    started.push({ provider, reason, width, sha256, cosine: await firstCosine(extractor, place, scenes, photos) })
  }
  return started
}

/** Of the first scene that can be read and has students. */
async function firstCosine(
  extractor: SceneExtractor,
  place: number,
  scenes: ExtractionInput['scenes'],
  photos: PhotosInTurn,
): Promise<MeasuredCosine | null> {
  if (!extractor.measureCosine) return null
  for (const [index, scene] of scenes.entries()) {
    const boxes = scene.boxes[place]!
    if (boxes.length === 0) continue
    const pixels = await photos.look(index)
    // Its own turn will say that this photo cannot be read.
    if (!(pixels instanceof AppError)) return extractor.measureCosine(sceneOfPhoto(scene, boxes, pixels))
  }
  return null
}
