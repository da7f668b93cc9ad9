import { AppError } from '#shared/contract/app-error.ts'
import type { WeightsDescription } from '#main/compute/protocol.ts'
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
 * What a file is, by the names of its parameters: an appearance network, GroupRec, or a YOLOX detector. Throws AppError
 * `weights.unrecognised` and what compute throws of damaged files.
 */
export async function recogniseWeights(compute: ComputeClient, file: string): Promise<RecognisedWeights> {
  try {
    return ofExtractor(await compute.extraction.describe({ file }))
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'weights.unrecognised')) throw error
    return await recogniseDetector(compute, file, error)
  }
}

async function recogniseDetector(
  compute: ComputeClient,
  file: string,
  notAnExtractor: AppError,
): Promise<RecognisedWeights> {
  try {
    const { family, sha256, bytes, sizes } = await compute.detection.describe({ file })
    const none = { width: null, modality: null, precisions: ['float32' as const] }
    return { kind: 'detector', family, sha256, bytes, sizes: sizeTexts(sizes), ...none }
  } catch (error) {
    throw error instanceof AppError && error.code === 'weights.unrecognised' ? notAnExtractor : error
  }
}
