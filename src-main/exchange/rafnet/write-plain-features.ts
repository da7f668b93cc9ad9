import { dirname } from 'node:path'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { writePickleChunks } from '#main/codecs/pickle/write-pickle.ts'
import { writeFailure } from '../files.ts'
import { makeFolder } from '../make-folder.ts'
import { stageFile } from '../write-atomically.ts'
import type { StagedFile } from '../write-atomically.ts'
import { contextKeys } from './context-table.ts'
import type { PickleDict } from './context-table.ts'
import { plainToPickle } from './plain-to-pickle.ts'
import { streamVectors } from './stream-vectors.ts'
import type { WriteModality } from './write-plan.ts'

/** Where students were seen, row by row. */
export interface PhotoContext {
  /** [rows, 4] corners in px. */
  readonly boxesAbsolute: Float64Array
  /** [rows, 2] height and width in px. */
  readonly imageSizes: Int32Array
  /** [rows] place among the students of the photo. */
  readonly personIndices: Int32Array
  readonly rooms: readonly (string | null)[]
  /** ISO 8601. */
  readonly takenAt: readonly (string | null)[]
  readonly groupKeys: readonly string[]
}

export interface WritePlainOptions {
  /** Of the AppError where the disk does not take the file. */
  readonly code: string
  readonly signal?: AbortSignal | undefined
}

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
  /** The rest of the context, with which boxes are written as float32, as RAFNet's extractor does. */
  readonly photos?: PhotoContext
  /** Goes to `metadata['lectern']`. */
  readonly lectern: unknown
}

/**
 * Writes a feature pickle in the compute process: arrays of numpy, vectors streamed from their files, whole or not at all. Yields the bytes
 * written so far. Throws an AppError of `code`.
 */
export async function* writePlainFeatures(
  features: PlainFeatures,
  out: string,
  { code, signal }: WritePlainOptions,
): AsyncGenerator<number, Pick<StagedFile, 'bytes' | 'sha256'>> {
  try {
    makeFolder(dirname(out))
  } catch (error) {
    throw writeFailure(code, dirname(out), error)
  }
  const staging = stageFile(out, writePickleChunks(pickleOf(features)), code, signal)
  let step = await staging.next()
  for (; !step.done; step = await staging.next()) yield step.value
  await step.value.commit()
  const { bytes, sha256 } = step.value
  return { bytes, sha256 }
}

function pickleOf(features: PlainFeatures): PickleValue {
  const { modalities, labels, imgPaths, bboxIds, lectern } = features
  const context = contextOf(features)
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
    ...(context ? [['context', context] as const] : []),
  ])
}

function contextOf({ boxesNormalised, photos, labels }: PlainFeatures): PickleDict | null {
  if (!boxesNormalised) return null
  const rows = labels.length
  const { boxesNormalised: normalised, boxesAbsolute, imageSizes, personIndex, rooms, takenAt, groups } = contextKeys
  if (!photos) return new Map([[normalised, NdArray.of('float64', boxesNormalised, [rows, 4])]])
  return new Map<PickleValue, PickleValue>([
    [boxesAbsolute, NdArray.of('float32', Float32Array.from(photos.boxesAbsolute), [rows, 4])],
    [normalised, NdArray.of('float32', Float32Array.from(boxesNormalised), [rows, 4])],
    [imageSizes, NdArray.of('int32', photos.imageSizes, [rows, 2])],
    [personIndex, NdArray.of('int32', photos.personIndices)],
    [rooms, [...photos.rooms]],
    [takenAt, [...photos.takenAt]],
    [groups, [...photos.groupKeys]],
  ])
}
