import { constants, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  insertFeature,
  insertFeatureSet,
  listFeatureSets,
  nextFeatureRow,
  setFeatureSetHash,
  type FeatureProducer,
} from '#main/store/tables/feature.ts'
import { hashFile } from '#main/exchange/files.ts'
import type { ArrayForm } from '#main/exchange/rafnet/array-form.ts'
import { fileError } from '../files.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'

/** Vectors of one modality from one producer: rows of float32 in a file that only grows. */
export interface VectorSet {
  readonly id: number
  readonly width: number
  /** Absolute. */
  readonly file: string
  /**
   * Appends vectors [students, width] and, with `also`, says in one transaction whose they are. A crash in between leaves bytes that
   * the next vectors overwrite.
   */
  write(studentIds: readonly number[], vectors: Float32Array, also: () => void): Promise<void>
  /** Records what the file holds, for the provenance of runs and exports. */
  seal(signal: AbortSignal): Promise<void>
}

/** What must be equal for vectors to lie in one set; where and when they were made may differ. */
export const producerIdentity = ({ kind, weightsSha256, family, precision, noise }: FeatureProducer): unknown => ({
  kind,
  weightsSha256,
  family,
  precision,
  noise,
})

/** How RAFNet's own extractor writes a modality. */
const arrayForm: ArrayForm = { container: 'array', dtype: '<f4' }

/** The set of a producer under a modality's name, made where there is none yet. */
export async function openVectorSet(
  project: OpenProject,
  {
    modality,
    width,
    producer,
  }: { readonly modality: string; readonly width: number; readonly producer: FeatureProducer },
): Promise<VectorSet> {
  const { store } = project
  const known = listFeatureSets(store).find(
    (set) =>
      set.modality === modality &&
      set.width === width &&
      set.producer !== null &&
      isDeepStrictEqual(producerIdentity(set.producer), producerIdentity(producer)),
  )
  const path =
    known?.file ?? `features/extracted-${modality.replaceAll(/[^\w-]/g, '_')}-${Date.parse(producer.createdAt)}.bin`
  const id =
    known?.id ??
    insertFeatureSet(store, {
      modality,
      width,
      dtype: 'f4',
      byteOrder: 'little',
      form: arrayForm,
      file: path,
      sha256: '',
      importId: null,
      producer,
    })
  const file = projectFile(project, path)
  await mkdir(dirname(file), { recursive: true })
  return {
    id,
    width,
    file,
    write: async (studentIds, vectors, also) => {
      const first = nextFeatureRow(store, id)
      await writeAt(file, first * width * 4, vectors)
      store.transaction(() => {
        studentIds.forEach((studentId, index) => insertFeature(store, studentId, id, first + index))
        also()
      })
    },
    seal: async (signal) => setFeatureSetHash(store, id, await hashFile(file, signal)),
  }
}

async function writeAt(file: string, position: number, vectors: Float32Array): Promise<void> {
  try {
    const handle = await openForWriting(file)
    try {
      const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
      await handle.write(bytes, 0, bytes.byteLength, position)
      await handle.datasync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw fileError(file, error)
  }
}

/** Neither truncates what is there nor writes at its end only. */
const openForWriting = (file: string) => open(file, constants.O_RDWR | constants.O_CREAT)
