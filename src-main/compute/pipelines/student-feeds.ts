import { AppError } from '#shared/contract/app-error.ts'
import type { StudentBatchInput } from '../protocol.ts'
import { float32Tensor, int64Tensor } from '../sessions/tensor.ts'
import type { PlainTensor } from '../sessions/tensor.ts'
import type { FedInput, LoadedModel } from './loaded-model.ts'
import { openVectors } from './vector-rows.ts'
import type { VectorReader } from './vector-rows.ts'

export interface StudentFeeds {
  readonly students: number
  /** What the model is fed for the students at positions first to end (exclusive). */
  read(first: number, end: number): Readonly<Record<string, PlainTensor>>
  close(): void
}

/**
 * Opens what a model reads of the students. `sceneOf` gives the id under which a student's peers are told.
 * Throws AppError `predict.modality-missing`, `predict.width-mismatch`, `predict.boxes-missing`, `predict.rows-mismatch`, `features.*`.
 */
export function openFeeds(
  model: LoadedModel,
  students: StudentBatchInput,
  sceneOf: (student: number) => number,
): StudentFeeds {
  const count = students.sceneOffsets.at(-1) ?? 0
  const readers = new Map<string, VectorReader>()
  try {
    for (const input of model.inputs) openInput(model, input, students, count, readers)
  } catch (error) {
    for (const reader of readers.values()) reader.close()
    throw error
  }
  return {
    students: count,
    read: (first, end) =>
      Object.fromEntries(
        model.inputs.map((input) => [input.name, feed(input, students, readers, sceneOf, first, end)]),
      ),
    close: () => {
      for (const reader of readers.values()) reader.close()
    },
  }
}

function openInput(
  model: LoadedModel,
  input: FedInput,
  students: StudentBatchInput,
  count: number,
  readers: Map<string, VectorReader>,
): void {
  if (input.feed.kind === 'boxes') checkBoxes(model, students, count)
  if (input.feed.kind !== 'features') return
  let width = 0
  for (const name of input.feed.modalities) {
    const vectors = students.vectors.find((candidate) => candidate.name === name)
    if (!vectors) throw modalityMissing(model, name, students)
    if (vectors.rows.length !== count) throw rowsMismatch(name, vectors.rows.length, count)
    width += vectors.width
    if (!readers.has(name)) readers.set(name, openVectors(vectors))
  }
  if (width === input.width) return
  const names = input.feed.modalities.join(' + ')
  throw new AppError(
    'predict.width-mismatch',
    `${model.file} needs ${names} vectors of ${input.width} numbers, but the project's have ${width}. Import features that were extracted by the network this model was trained on.`,
    { file: model.file, modality: names, expected: input.width, found: width },
  )
}

function feed(
  input: FedInput,
  students: StudentBatchInput,
  readers: ReadonlyMap<string, VectorReader>,
  sceneOf: (student: number) => number,
  first: number,
  end: number,
): PlainTensor {
  const count = end - first
  if (input.feed.kind === 'boxes') {
    return float32Tensor(Float32Array.from(students.boxesNormalised!.subarray(first * 4, end * 4)), [count, 4])
  }
  if (input.feed.kind === 'scene') {
    const scenes = Array.from({ length: count }, (_, index) => sceneOf(first + index))
    const dimensions = input.rank === 1 ? [count] : [count, 1]
    return input.type === 'int64'
      ? int64Tensor(BigInt64Array.from(scenes, BigInt), dimensions)
      : float32Tensor(Float32Array.from(scenes), dimensions)
  }
  const parts = input.feed.modalities.map((name) => readers.get(name)!.read(first, end))
  return float32Tensor(sideBySide(parts, count), [count, input.width])
}

/** Row i of the result is row i of every part in turn. */
function sideBySide(parts: readonly Float32Array[], count: number): Float32Array {
  if (parts.length === 1) return parts[0]!
  const width = parts.reduce((sum, part) => sum + part.length / count, 0)
  const joined = new Float32Array(width * count)
  let column = 0
  for (const part of parts) {
    const columns = part.length / count
    for (let row = 0; row < count; row += 1) {
      joined.set(part.subarray(row * columns, (row + 1) * columns), row * width + column)
    }
    column += columns
  }
  return joined
}

function checkBoxes(model: LoadedModel, { boxesNormalised }: StudentBatchInput, count: number): void {
  if (!boxesNormalised) {
    throw new AppError(
      'predict.boxes-missing',
      `${model.file} reads where students sit, but some scene has no boxes or no size. Import the context file or the photos, or run a model without bbox_ctx.`,
      { file: model.file },
    )
  }
  if (boxesNormalised.length !== count * 4) throw rowsMismatch('bbox_ctx', boxesNormalised.length / 4, count)
  const broken = boxesNormalised.findIndex((value) => !Number.isFinite(value))
  if (broken < 0) return
  throw new AppError(
    'predict.boxes-not-finite',
    `The box of student ${Math.floor(broken / 4)} of this run holds ${boxesNormalised[broken]!}. Draw this student's box again.`,
    { position: Math.floor(broken / 4) },
  )
}

function modalityMissing(model: LoadedModel, name: string, students: StudentBatchInput): AppError {
  const present = students.vectors.map((vectors) => vectors.name)
  return new AppError(
    'predict.modality-missing',
    `${model.file} needs ${name} features, which the project does not have (it has ${present.join(', ') || 'none'}). Import a feature file that holds ${name}.`,
    { file: model.file, modality: name, present },
  )
}

const rowsMismatch = (name: string, rows: number, students: number): AppError =>
  new AppError(
    'predict.rows-mismatch',
    `Modality ${name} has ${rows} rows for ${students} students of this run. Import the features again.`,
    { modality: name, rows, students },
  )
