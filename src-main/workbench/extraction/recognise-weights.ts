import { AppError } from '#shared/contract/app-error.ts'
import type { WeightsDescription, YoloCard } from '#main/compute/protocol.ts'
import type { ComputeClient } from '../workbench-context.ts'
import type { KnownWeights } from './weights-file.ts'

export type RecognisedWeights = Pick<
  KnownWeights,
  'kind' | 'family' | 'sha256' | 'bytes' | 'width' | 'modality' | 'sizes' | 'precisions'
>

/** Under which RAFNet's own files know a family's vectors. */
const modalities: Readonly<Record<string, string>> = {
  convnext: 'convnext',
  resnet: 'resnet',
  'vision-transformer': 'vit',
}

const sizeTexts = (sizes: Readonly<Record<string, readonly number[]>>): string[] =>
  Object.entries(sizes).map(([name, values]) => `${name} ${values.join(', ')}`)

function ofExtractor(found: WeightsDescription): RecognisedWeights {
  const { kind, family, sha256, bytes, width, sizes, precisions } = found
  const modality = kind === 'relation' ? 'grouprec' : (modalities[family] ?? family)
  return { kind, family, sha256, bytes, width, modality, sizes: sizeTexts(sizes), precisions: [...precisions] }
}

/**
 * What a file is, by the names of its parameters: an appearance network, GroupRec, or a YOLOX detector; an `.onnx` file is a
 * YOLO-style detector or none. Throws AppError `weights.unrecognised`, `detector.*` and what compute throws of damaged files.
 */
export async function recogniseWeights(
  compute: ComputeClient,
  file: string,
  card: YoloCard = {},
): Promise<RecognisedWeights> {
  // Networks that make vectors are checkpoints; a graph can only be a detector.
  if (file.toLowerCase().endsWith('.onnx')) return describedDetector(compute, file, card)
  try {
    return ofExtractor(await compute.extraction.describe({ file }))
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'weights.unrecognised')) throw error
    return await recogniseDetector(compute, file, card, error)
  }
}

async function recogniseDetector(
  compute: ComputeClient,
  file: string,
  card: YoloCard,
  notAnExtractor: AppError,
): Promise<RecognisedWeights> {
  try {
    return await describedDetector(compute, file, card)
  } catch (error) {
    throw error instanceof AppError && error.code === 'weights.unrecognised' ? notAnExtractor : error
  }
}

async function describedDetector(compute: ComputeClient, file: string, card: YoloCard): Promise<RecognisedWeights> {
  const { family, sha256, bytes, sizes, ...more } = await compute.detection.describe({ file, card })
  const layout = 'layout' in more ? [`layout ${more.layout}`] : []
  const none = { width: null, modality: null, precisions: ['float32' as const] }
  return { kind: 'detector', family, sha256, bytes, sizes: [...layout, ...sizeTexts(sizes)], ...none }
}
