import { performance } from 'node:perf_hooks'
import { AppError } from '#shared/contract/app-error.ts'
import type { Noise, Precision, WeightsInfo } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { ExtractionMessage } from '#main/compute/protocol.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { builtInFolder } from './built-in-weights.ts'
import { cornersOf, type BoxedStudent, type SceneWork } from './embed-scenes.ts'

/** A network and how it is run. */
export interface VectorNetwork {
  readonly weights: WeightsInfo
  readonly precision: Precision
  readonly noise: Noise
}

export interface VectorRequest {
  /** Several of the user's own see a photo that is decoded once; Lectern's own detector goes alone. */
  readonly networks: readonly VectorNetwork[]
  readonly device: Device
}

export interface VectorAnswer {
  /** [students, width] */
  readonly vectors: Float32Array
  /** [students] */
  readonly withoutArea: Uint8Array
  readonly elapsedMs: number
}

/** What both roads say, by network in the order of the request. */
export type VectorMessage =
  | {
      readonly kind: 'start'
      readonly networks: readonly { readonly provider: string; readonly cosine: number | null }[]
    }
  | { readonly kind: 'scene'; readonly index: number; readonly answers: readonly VectorAnswer[] }
  | Extract<ExtractionMessage, { kind: 'failed' | 'end' }>

type Parts = Pick<WorkbenchContext, 'compute' | 'resourcesFolder'>

/** Vectors of scenes in order, from the user's weights or from Lectern's own detector. Throws what compute throws. */
export function vectorStream(
  parts: Parts,
  { networks, device }: VectorRequest,
  works: readonly SceneWork[],
  signal: AbortSignal,
): AsyncGenerator<VectorMessage> {
  const own = networks.find(({ weights }) => weights.builtIn)
  if (!own) return fromWeights(parts, { networks, device }, works, signal)
  // It was measured on photos in the colours that people see, the networks of others on a file's own numbers.
  if (networks.length > 1) throw new TypeError(`${own.weights.id} shares no photo with other networks`)
  assertFloat32(own)
  return fromDetector(parts, device, works, signal)
}

async function* fromWeights(
  { compute }: Parts,
  { networks, device }: VectorRequest,
  works: readonly SceneWork[],
  signal: AbortSignal,
): AsyncGenerator<VectorMessage> {
  const input = {
    networks: networks.map(({ weights, precision, noise }) => ({
      weights: { file: weights.file ?? '' },
      precision,
      noise,
    })),
    device,
    // A scene's name, not its place on this machine, decides which noise it gets.
    scenes: works.map(({ file, scene, students }) => ({
      file,
      name: scene.relativePath,
      boxes: students.map(cornersOf),
    })),
  }
  for await (const message of compute.extraction.run(input, { signal })) {
    if (message.kind !== 'start') yield message
    else {
      const started = message.networks.map(({ provider, cosine }) => ({ provider, cosine: cosine?.mean ?? null }))
      yield { kind: 'start', networks: started }
    }
  }
}

async function* fromDetector(
  { compute, resourcesFolder }: Parts,
  device: Device,
  works: readonly SceneWork[],
  signal: AbortSignal,
): AsyncGenerator<VectorMessage> {
  const studentsOf = (index: number): readonly BoxedStudent[] => works[index]!.students[0]!
  const scenes = works.map(({ file }, index) => ({ file, boxes: cornersOf(studentsOf(index)) }))
  let since = performance.now()
  const input = { folder: builtInFolder(resourcesFolder), scenes, device }
  for await (const message of compute.detection.embed(input, { signal })) {
    const elapsedMs = performance.now() - since
    since += elapsedMs
    if (message.kind === 'start') yield { kind: 'start', networks: [{ provider: message.provider, cosine: null }] }
    else if (message.kind === 'scene') {
      const { index, vectors } = message
      yield { kind: 'scene', index, answers: [{ vectors, withoutArea: withoutArea(studentsOf(index)), elapsedMs }] }
    } else if (message.kind === 'failed') yield message
    else yield { kind: 'end' }
  }
}

function assertFloat32({ weights: { name, precisions }, precision }: VectorNetwork): void {
  if (precisions.includes(precision)) return
  throw new AppError(
    'extraction.precision-unsupported',
    `"${name}" cannot run in ${precision}. Use one of ${precisions.join(', ')}.`,
    { precision },
  )
}

const withoutArea = (students: readonly BoxedStudent[]): Uint8Array =>
  Uint8Array.from(students, ({ box }) => (box.x2 > box.x1 && box.y2 > box.y1 ? 0 : 1))
