import { AppError } from '#shared/contract/app-error.ts'
import type { LeftOutStudent, StudentBatchInput } from '../protocol.ts'
import type { FedInput, LoadedModel } from './loaded-model.ts'
import { pickRows } from './student-rows.ts'
import type { StudentRows } from './student-rows.ts'
import { openVectors } from './vector-rows.ts'
import type { VectorReader } from './vector-rows.ts'

/** Some students as a model is told of them, without those whose features are no numbers. */
export interface ReadStudents {
  readonly rows: StudentRows
  /** Position in the input of each row, ascending. */
  readonly positions: readonly number[]
  readonly leftOut: readonly LeftOutStudent[]
}

export interface StudentFeeds {
  readonly students: number
  /** The students at positions first to end (exclusive). */
  read(first: number, end: number): ReadStudents
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
  const hasBoxes = model.inputs.some(({ feed }) => feed.kind === 'boxes')
  return {
    students: count,
    read: (first, end) => {
      const boxes = hasBoxes ? Float32Array.from(students.boxesNormalised!.subarray(first * 4, end * 4)) : null
      const vectors = new Map([...readers].map(([name, reader]) => [name, reader.read(first, end)]))
      const scenes = Array.from({ length: end - first }, (_, index) => sceneOf(first + index))
      return withoutBroken({ count: end - first, vectors, boxes, scenes }, first)
    },
    close: () => {
      for (const reader of readers.values()) reader.close()
    },
  }
}

/** One value that is no number would spread to every neighbour of its student. */
function withoutBroken(rows: StudentRows, first: number): ReadStudents {
  const reasons = new Map<number, string>()
  for (const [name, values] of rows.vectors) {
    const width = values.length / rows.count
    for (let index = 0; index < values.length; index += 1) {
      if (Number.isFinite(values[index]!)) continue
      const row = Math.floor(index / width)
      if (!reasons.has(row)) {
        const what = Number.isNaN(values[index]!) ? 'NaN' : 'an infinite value'
        reasons.set(row, `features not finite: ${what} in ${name}`)
      }
      index = (row + 1) * width - 1
    }
  }
  const places = Array.from({ length: rows.count }, (_, place) => place).filter((place) => !reasons.has(place))
  return {
    rows: reasons.size === 0 ? rows : pickRows(rows, places),
    positions: places.map((place) => first + place),
    leftOut: [...reasons].map(([place, reason]) => ({ position: first + place, reason })),
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
