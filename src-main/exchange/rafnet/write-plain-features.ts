import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { writePickleChunks } from '#main/codecs/pickle/write-pickle.ts'
import { writeFailure } from '../files.ts'
import { stageFile } from '../write-atomically.ts'
import { contextKeys } from './context-table.ts'
import { plainToPickle } from './plain-to-pickle.ts'
import { streamVectors } from './stream-vectors.ts'
import type { WriteModality } from './write-plan.ts'

/** Students to write as a feature pickle of RAFNet that imitates no other file. */
export interface PlainFeatures {
  readonly modalities: readonly WriteModality[]
  /** [rows] */
  readonly labels: Int32Array
  /** [rows] */
  readonly imgPaths: readonly string[]
  /** [rows] */
  readonly bboxIds: readonly string[]
  /** [rows, 4] cx, cy, w, h; null leaves the context out. */
  readonly boxesNormalised: Float64Array | null
  /** Goes to `metadata['lectern']`. */
  readonly lectern: unknown
}

/**
 * Writes a feature pickle in the compute process: arrays of numpy, vectors streamed from their files, whole or not at all. Yields the bytes
 * written so far. Throws AppError `training.write-failed`.
 */
export async function* writePlainFeatures(
  features: PlainFeatures,
  out: string,
  signal?: AbortSignal,
): AsyncGenerator<number> {
  try {
    await mkdir(dirname(out), { recursive: true })
  } catch (error) {
    throw writeFailure('training.write-failed', dirname(out), error)
  }
  const staging = stageFile(out, writePickleChunks(pickleOf(features)), 'training.write-failed', signal)
  let step = await staging.next()
  for (; !step.done; step = await staging.next()) yield step.value
  await step.value.commit()
}

function pickleOf({ modalities, labels, imgPaths, bboxIds, boxesNormalised, lectern }: PlainFeatures): PickleValue {
  const rows = labels.length
  const metadata = new Map<PickleValue, PickleValue>([
    ['img_paths', [...imgPaths]],
    ['bbox_ids', [...bboxIds]],
    ['modalities', modalities.map(({ name }) => name)],
    ['modal_feature_dims', new Map(modalities.map(({ name, width }) => [name, width]))],
    ['n_samples', rows],
    ['lectern', plainToPickle(lectern)],
  ])
  return new Map<PickleValue, PickleValue>([
    ...modalities.map((modality) => [modality.name, streamVectors(modality)] as const),
    ['labels', NdArray.of('int64', BigInt64Array.from(labels, BigInt))],
    ['metadata', metadata],
    ...(boxesNormalised
      ? [
          [
            'context',
            new Map([[contextKeys.boxesNormalised, NdArray.of('float64', boxesNormalised, [rows, 4])]]),
          ] as const,
        ]
      : []),
  ])
}
