import { join } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { WeightsInfo, WeightsTest } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { ExtractionMessage } from '#main/compute/protocol.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { photoFile } from '../media/photo-file.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { builtInFolder } from './built-in-weights.ts'
import { detectorSource } from './detector-source.ts'
import type { UsableWeights } from './weights.ts'

type Parts = Pick<WorkbenchContext, 'compute' | 'project' | 'resourcesFolder'>
type Outcome = Omit<WeightsTest, 'weightsId' | 'elapsedMs' | 'int8Cosine'> & { readonly int8Cosine?: number | null }

/** Runs weights once: a detector on a photo, an extractor on its middle. Throws what compute throws. */
export async function testWeights(
  parts: Parts,
  weights: UsableWeights,
  device: Device,
  signal: AbortSignal,
): Promise<WeightsTest> {
  const photo = await anyPhoto(parts)
  const start = performance.now()
  const outcome = await (weights.kind === 'detector'
    ? testDetector(parts, weights, photo, device, signal)
    : testExtractor(parts, weights, photo, device, signal))
  const elapsedMs = performance.now() - start
  return { weightsId: weights.id, elapsedMs, int8Cosine: null, ...outcome }
}

/** The open project's first photo, else the first of the sample. */
async function anyPhoto({ project, resourcesFolder }: Parts): Promise<string> {
  const opened = project.get()
  for (const sceneId of opened ? allSceneIds(opened.store).slice(0, 5) : []) {
    const file = opened && (await photoFile(opened, sceneId).catch(() => null))
    if (file) return file
  }
  return join(resourcesFolder, 'sample', 'images', 'room-a-morning.jpg')
}

async function testDetector(
  { compute, resourcesFolder }: Parts,
  weights: UsableWeights,
  photo: string,
  device: Device,
  signal: AbortSignal,
): Promise<Outcome> {
  const detector = detectorSource(weights, builtInFolder(resourcesFolder))
  const input = { detector, photos: [{ file: photo }], setting: 'fast' as const, embeddings: null, device }
  let outcome: Outcome | null = null
  let ran = { provider: '', providerReason: '' }
  for await (const message of compute.detection.run(input, { signal })) {
    if (message.kind === 'start') ran = { provider: message.provider, providerReason: message.reason }
    if (message.kind === 'failed') throw AppError.from(message.error)
    if (message.kind === 'scene') {
      outcome = { ...ran, found: message.boxes.length / 5, finite: message.boxes.every(Number.isFinite) }
    }
  }
  return outcome ?? noAnswer(weights)
}

/** A box in the middle of the photo, upright as students are. */
const middle = (widthPx: number, heightPx: number): Float64Array =>
  Float64Array.of(widthPx * 0.4, heightPx * 0.3, widthPx * 0.6, heightPx * 0.7)

async function testExtractor(
  { compute, resourcesFolder }: Parts,
  weights: UsableWeights,
  photo: string,
  device: Device,
  signal: AbortSignal,
): Promise<Outcome> {
  const facts = await firstFacts(compute, photo, signal)
  const boxes = middle(facts.widthPx, facts.heightPx)
  if (weights.builtIn) {
    const [folder, scenes] = [builtInFolder(resourcesFolder), [{ file: photo, boxes }]]
    return testVectors(weights, compute.detection.embed({ folder, scenes, device }, { signal }))
  }
  const network = { weights: { file: weights.file ?? '' } }
  const scenes = [{ file: photo, boxes: [boxes] }]
  const exact = compute.extraction.run({ networks: [network], scenes, device }, { signal })
  const outcome = await testVectors(weights, ofOneNetwork(exact))
  if (!weights.precisions.includes('int8')) return outcome
  const networks = [{ ...network, precision: 'int8' as const }]
  for await (const message of compute.extraction.run({ networks, scenes, device: 'cpu' }, { signal })) {
    if (message.kind === 'start') return { ...outcome, int8Cosine: message.networks[0]?.cosine?.mean ?? null }
  }
  return outcome
}

type VectorMessage =
  | { readonly kind: 'start'; readonly provider: string; readonly reason: string }
  | { readonly kind: 'scene'; readonly vectors: Float32Array }
  | { readonly kind: 'failed'; readonly error: { readonly code: string; readonly message: string } }
  | { readonly kind: 'end' }

async function* ofOneNetwork(messages: AsyncIterable<ExtractionMessage>): AsyncGenerator<VectorMessage> {
  for await (const message of messages) {
    if (message.kind === 'start') yield { kind: 'start', ...message.networks[0]! }
    else if (message.kind === 'scene') yield { kind: 'scene', ...message.answers[0]! }
    else yield message
  }
}

async function testVectors(weights: WeightsInfo, messages: AsyncIterable<VectorMessage>): Promise<Outcome> {
  let ran = { provider: '', providerReason: '' }
  let outcome: Outcome | null = null
  for await (const message of messages) {
    if (message.kind === 'start') ran = { provider: message.provider, providerReason: message.reason }
    if (message.kind === 'failed') throw new AppError(message.error.code, message.error.message, {})
    if (message.kind === 'scene') {
      outcome = { ...ran, found: message.vectors.length, finite: message.vectors.every(Number.isFinite) }
    }
  }
  return outcome ?? noAnswer(weights)
}

async function firstFacts(compute: Parts['compute'], photo: string, signal: AbortSignal) {
  for await (const [facts] of compute.photos.inspect({ files: [photo] }, { signal })) {
    if (facts?.size) return facts.size
    if (facts?.problem) throw new AppError('photo.unreadable', facts.problem, { file: photo })
  }
  throw new AppError('photo.unreadable', `${photo} cannot be read.`, { file: photo })
}

function noAnswer({ name }: WeightsInfo): never {
  throw new AppError('weights.no-answer', `"${name}" gave no answer. Try it again, or add its file anew.`, { name })
}
