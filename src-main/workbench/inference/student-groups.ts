import type { ModelModality } from '#shared/contract/models.ts'
import type { NormalisedBox } from '#shared/geometry/normalised-box.ts'
import type { StudentBatchInput } from '#main/compute/protocol.ts'
import type { FeatureSet } from '#main/store/tables/feature.ts'
import type { Omissions } from './omissions.ts'

/** Students whose vectors lie in the same files, grouped by scene. */
export interface StudentGroup {
  /** [students], in the order of `input`. */
  readonly studentIds: readonly number[]
  readonly input: StudentBatchInput
}

/** A student with everything that a model needs. */
export interface GatheredStudent {
  readonly id: number
  /** One per needed modality, in the model's order. */
  readonly sets: readonly FeatureSet[]
  readonly rows: readonly number[]
  readonly box: NormalisedBox | null
}

const filesKey = (student: GatheredStudent): string => student.sets.map((set) => set.id).join(' ')

/** A scene goes to the model in one piece, so all its vectors must lie in the same files: those of most of its students. */
export function studentsInSameFiles(students: readonly GatheredStudent[], omissions: Omissions): GatheredStudent[] {
  const [largest = [], ...others] = [...Map.groupBy(students, filesKey).values()].sort((a, b) => b.length - a.length)
  const elsewhere = others.reduce((total, group) => total + group.length, 0)
  omissions.add('features-elsewhere', "features from another import than the rest of the scene's", elsewhere)
  return largest
}

export interface StudentGroups {
  addScene(students: readonly GatheredStudent[]): void
  finish(): {
    readonly groups: readonly StudentGroup[]
    readonly students: number
    readonly featureHashes: Readonly<Record<string, readonly string[]>>
  }
}

/** Collects scenes by the files that their vectors lie in; a group is one call of the compute process. */
export function createStudentGroups(
  needed: readonly ModelModality[],
  needsBox: boolean,
  absolute: (file: string) => string,
): StudentGroups {
  const groups = new Map<string, { students: GatheredStudent[]; offsets: number[] }>()
  return {
    addScene: (students) => {
      const [first] = students
      if (!first) return
      const key = filesKey(first)
      const group = groups.get(key) ?? { students: [], offsets: [0] }
      groups.set(key, group)
      for (const student of students) group.students.push(student)
      group.offsets.push(group.students.length)
    },
    finish: () => {
      const all = [...groups.values()]
      const setsOf = (index: number) => [...new Set(all.flatMap(({ students }) => students[0]?.sets[index] ?? []))]
      return {
        groups: all.map(({ students, offsets }) => ({
          studentIds: students.map((student) => student.id),
          input: {
            vectors: needed.map(({ name, width }, index) => vectorRows(students, name, width, index, absolute)),
            boxesNormalised: needsBox ? boxColumn(students) : null,
            sceneOffsets: Uint32Array.from(offsets),
          },
        })),
        students: all.reduce((total, { students }) => total + students.length, 0),
        featureHashes: Object.fromEntries(
          needed.map(({ name }, index) => [name, setsOf(index).map((set) => set.sha256)]),
        ),
      }
    },
  }
}

function vectorRows(
  students: readonly GatheredStudent[],
  name: string,
  width: number,
  index: number,
  absolute: (file: string) => string,
): StudentBatchInput['vectors'][number] {
  const set = students[0]?.sets[index]
  if (!set) throw new Error(`a group without a file for ${name}`)
  const rows = Uint32Array.from(students, (student) => student.rows[index] ?? 0)
  return { name, width, dtype: set.dtype, file: absolute(set.file), rows }
}

/** [students, 4] cx, cy, w, h. */
function boxColumn(students: readonly GatheredStudent[]): Float64Array {
  const column = new Float64Array(students.length * 4)
  students.forEach(({ box }, index) => {
    if (box) column.set([box.cx, box.cy, box.w, box.h], index * 4)
  })
  return column
}
