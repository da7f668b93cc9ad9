import type { ModelModality } from '#shared/contract/models.ts'
import type { NormalisedBox } from '#shared/geometry/normalised-box.ts'
import type { StudentBatchInput, VectorRows } from '#main/compute/protocol.ts'
import type { FeatureSet } from '#main/store/tables/feature.ts'
import type { Omissions } from './omissions.ts'

/** A student with everything that a model needs. */
export interface GatheredStudent {
  readonly id: number
  readonly sceneId: number
  /** One per needed modality, in the model's order. */
  readonly sets: readonly FeatureSet[]
  readonly rows: readonly number[]
  readonly box: NormalisedBox | null
}

/** How students follow each other: scene by scene, or as their rows lie in the imported files, for RAFNet's own batches. */
export type StudentOrder = 'scene' | 'file'

export interface StudentBatch {
  /** [students], in the order of `input`. */
  readonly studentIds: readonly number[]
  readonly input: StudentBatchInput
  /** Modality → sha256 of each file that is read. */
  readonly featureHashes: Readonly<Record<string, readonly string[]>>
}

/**
 * The rows of the students in the order of their files: by import, then by row. A student whose vectors lie in several files or rows
 * has no place in that order and is left out, with the reason.
 */
export function inFileOrder(students: readonly GatheredStudent[], omissions: Omissions): GatheredStudent[] {
  const placed = students.filter(({ sets, rows }) => {
    const isOneRow = rows.every((row, index) => row === rows[0] && sets[index]?.importId === sets[0]?.importId)
    if (!isOneRow) omissions.add('no-file-order', "features of several files, so without a place in a file's order")
    return isOneRow
  })
  const importOf = ({ sets }: GatheredStudent): number => sets[0]?.importId ?? 0
  return placed.sort((one, other) => importOf(one) - importOf(other) || (one.rows[0] ?? 0) - (other.rows[0] ?? 0))
}

/** Everything of the students as compute takes it; neighbours of one scene in the list are one run of it. */
export function studentBatch(
  students: readonly GatheredStudent[],
  needed: readonly ModelModality[],
  needsBox: boolean,
  absolute: (file: string) => string,
): StudentBatch {
  const offsets: number[] = [0]
  const sceneIds: number[] = []
  students.forEach(({ sceneId }, index) => {
    if (sceneIds.at(-1) === sceneId) offsets.pop()
    else sceneIds.push(sceneId)
    offsets.push(index + 1)
  })
  const setsOf = needed.map((_, index) => [...new Set(students.flatMap(({ sets }) => sets[index] ?? []))])
  return {
    studentIds: students.map(({ id }) => id),
    input: {
      vectors: needed.map((modality, index) => vectorRows(students, modality, index, setsOf[index] ?? [], absolute)),
      boxesNormalised: needsBox ? boxColumn(students) : null,
      sceneOffsets: Uint32Array.from(offsets),
      sceneIds: Uint32Array.from(sceneIds),
    },
    featureHashes: Object.fromEntries(
      needed.map(({ name }, index) => [name, (setsOf[index] ?? []).map(({ sha256 }) => sha256)]),
    ),
  }
}

function vectorRows(
  students: readonly GatheredStudent[],
  { name, width }: ModelModality,
  index: number,
  sets: readonly FeatureSet[],
  absolute: (file: string) => string,
): VectorRows {
  const places = new Map(sets.map((set, place) => [set, place]))
  const placeOf = ({ sets: own }: GatheredStudent): number => (own[index] && places.get(own[index])) ?? 0
  return {
    name,
    width,
    files: sets.map(({ file, dtype }) => ({ file: absolute(file), dtype })),
    fileOf: sets.length > 1 ? Uint16Array.from(students, placeOf) : null,
    rows: Uint32Array.from(students, ({ rows }) => rows[index] ?? 0),
  }
}

/** [students, 4] cx, cy, w, h. */
function boxColumn(students: readonly GatheredStudent[]): Float64Array {
  const column = new Float64Array(students.length * 4)
  students.forEach(({ box }, index) => {
    if (box) column.set([box.cx, box.cy, box.w, box.h], index * 4)
  })
  return column
}
