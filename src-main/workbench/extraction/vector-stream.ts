import { AppError } from '#shared/contract/app-error.ts'
import type { Noise, Precision, WeightsInfo } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { ExtractionMessage } from '#main/compute/protocol.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { builtInFolder } from './built-in-weights.ts'
import { cornersOf, type SceneWork } from './embed-scenes.ts'

export interface VectorRequest {
  readonly weights: WeightsInfo
  readonly precision: Precision
  readonly noise: Noise
  readonly device: Device
}

/** What both roads say. */
export type VectorMessage =
  | { readonly kind: 'start'; readonly provider: string; readonly cosine: number | null }
  | { readonly kind: 'scene'; readonly index: number; readonly vectors: Float32Array; readonly withoutArea: Uint8Array }
  | Extract<ExtractionMessage, { kind: 'failed' | 'end' }>

/** Vectors of scenes in order, from the user's weights or from Lectern's own detector. Throws what compute throws. */
export async function* vectorStream(
  { compute, resourcesFolder }: Pick<WorkbenchContext, 'compute' | 'resourcesFolder'>,
  { weights, precision, noise, device }: VectorRequest,
  works: readonly SceneWork[],
  signal: AbortSignal,
): AsyncGenerator<VectorMessage> {
  // A scene's name, not its place on this machine, decides which noise it gets.
  const scenes = works.map(({ file, scene, students }) => ({
    file,
    name: scene.relativePath,
    boxes: cornersOf(students),
  }))
  if (!weights.builtIn) {
    const input = { weights: { file: weights.file ?? '' }, precision, noise, device, scenes }
    for await (const message of compute.extraction.run(input, { signal })) {
      if (message.kind === 'start') yield { ...message, cosine: message.cosine?.mean ?? null }
      else yield message
    }
    return
  }
  assertFloat32(weights, precision)
  const folder = builtInFolder(resourcesFolder)
  for await (const message of compute.detection.embed({ folder, scenes, device }, { signal })) {
    if (message.kind === 'start') yield { ...message, cosine: null }
    else if (message.kind === 'scene') yield { ...message, withoutArea: withoutArea(works[message.index]!) }
    else if (message.kind === 'failed') yield message
    else yield { kind: 'end' }
  }
}

function assertFloat32({ name, precisions }: WeightsInfo, precision: Precision): void {
  if (precisions.includes(precision)) return
  throw new AppError(
    'extraction.precision-unsupported',
    `"${name}" cannot run in ${precision}. Use one of ${precisions.join(', ')}.`,
    { precision },
  )
}

const withoutArea = ({ students }: SceneWork): Uint8Array =>
  Uint8Array.from(students, ({ box }) => (box.x2 > box.x1 && box.y2 > box.y1 ? 0 : 1))
