import { setImmediate } from 'node:timers/promises'
import { AppError } from '#shared/contract/app-error.ts'
import type { ModelModality } from '#shared/contract/models.ts'
import type { Omission } from '#shared/contract/summary.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { toNormalisedBox, type NormalisedBox } from '#shared/geometry/normalised-box.ts'
import type { StudentBatchInput } from '#main/compute/protocol.ts'
import type { Store } from '#main/store/store.ts'
import { featuresOfScene, listFeatureSets, type FeatureSet } from '#main/store/tables/feature.ts'
import { getScenes } from '#main/store/tables/scene.ts'
import { studentsOfScene, type StudentRow } from '#main/store/tables/student.ts'
import { createOmissions, type Omissions } from './omissions.ts'

/** Students whose vectors lie in the same files, grouped by scene. */
export interface StudentGroup {
  /** [students], in the order of `input`. */
  readonly studentIds: readonly number[]
  readonly input: StudentBatchInput
}

export interface GatheredStudents {
  readonly groups: readonly StudentGroup[]
  readonly students: number
  readonly omitted: readonly Omission[]
  /** Modality → sha256 of each file that is read. */
  readonly featureHashes: Readonly<Record<string, readonly string[]>>
}

export interface GatherRequest {
  readonly store: Store
  readonly sceneIds: readonly number[]
  readonly modalities: readonly ModelModality[]
  /** Absolute path of a file that the database names. */
  readonly absolute: (file: string) => string
  readonly signal?: AbortSignal | undefined
}

interface GatheredStudent {
  readonly id: number
  /** One per needed modality, in the model's order. */
  readonly sets: readonly FeatureSet[]
  readonly rows: readonly number[]
  readonly box: NormalisedBox | null
}

const scenesAtOnce = 40

/**
 * The students of whole scenes who have every modality that a model needs; others are told by reason. Throws AppError
 * `inference.modality-missing` or `inference.modality-width` where the project as a whole cannot serve the model.
 */
export async function gatherStudents(request: GatherRequest): Promise<GatheredStudents> {
  const { store, sceneIds, modalities } = request
  const needed = modalities.filter((one) => one.role === 'feature')
  const usable = usableSets(listFeatureSets(store), needed)
  const needsBox = modalities.some((one) => one.role === 'box')
  const omissions = createOmissions()
  const builder = createGroups(needed, needsBox, request.absolute)
  for (let first = 0; first < sceneIds.length; first += scenesAtOnce) {
    if (request.signal?.aborted) throw new AppError('job.cancelled', 'The work was cancelled.')
    for (const scene of getScenes(store, sceneIds.slice(first, first + scenesAtOnce))) {
      const students = completeStudents(store, scene, needed, usable, needsBox, omissions)
      builder.addScene(sameFiles(students, omissions))
    }
    await setImmediate()
  }
  return { ...builder.finish(), omitted: omissions.list() }
}

function usableSets(sets: readonly FeatureSet[], needed: readonly ModelModality[]): Map<number, FeatureSet> {
  for (const { name, width } of needed) {
    const same = sets.filter((set) => set.modality === name)
    if (same.length === 0) {
      const present = [...new Set(sets.map((set) => `${set.modality} (${set.width})`))].join(', ') || 'none'
      throw new AppError(
        'inference.modality-missing',
        `The model needs the features "${name}" (${width}), which this project does not have. It has: ${present}. Import a feature file with "${name}".`,
        { modality: name, width },
      )
    }
    if (same.every((set) => set.width !== width)) {
      const found = [...new Set(same.map((set) => set.width))].join(', ')
      throw new AppError(
        'inference.modality-width',
        `The model takes "${name}" of width ${width}, but this project's has width ${found}. Import features of that width, or choose another model.`,
        { modality: name, width, found },
      )
    }
  }
  const fits = (set: FeatureSet) => needed.some((one) => one.name === set.modality && one.width === set.width)
  return new Map(sets.filter(fits).map((set) => [set.id, set]))
}

function completeStudents(
  store: Store,
  scene: Scene,
  needed: readonly ModelModality[],
  usable: ReadonlyMap<number, FeatureSet>,
  needsBox: boolean,
  omissions: Omissions,
): GatheredStudent[] {
  const vectors = new Map<number, Map<string, { set: FeatureSet; row: number }>>()
  for (const { studentId, setId, row } of featuresOfScene(store, scene.id)) {
    const set = usable.get(setId)
    const known = vectors.get(studentId) ?? new Map<string, { set: FeatureSet; row: number }>()
    // Newest sets come first: a later import replaces an earlier one.
    if (set && !known.has(set.modality)) known.set(set.modality, { set, row })
    vectors.set(studentId, known)
  }
  return studentsOfScene(store, scene.id).flatMap((student) => {
    if (student.deleted) return []
    const found = needed.map((one) => vectors.get(student.id)?.get(one.name))
    const missing = needed.filter((_, index) => !found[index])
    const box = needsBox ? boxNormalised(student, scene) : null
    if (missing.length > 0) omissions.add('features-missing', missingReason(student, missing))
    else if (needsBox && box === null) omissions.add('box-missing', 'no box, or the size of the photo is unknown')
    else {
      const complete = found.filter((one) => one !== undefined)
      return [{ id: student.id, sets: complete.map((one) => one.set), rows: complete.map((one) => one.row), box }]
    }
    return []
  })
}

function missingReason(student: StudentRow, missing: readonly ModelModality[]): string {
  const names = missing.map((one) => one.name).join(', ')
  return student.source === 'drawn' ? `drawn by hand, without ${names} features` : `without ${names} features`
}

/** RAFNet's stored value for a box that nobody moved: a model must see the numbers that its file holds. */
function boxNormalised({ box, normalised, boxEdited }: StudentRow, scene: Scene): NormalisedBox | null {
  if (normalised !== null && !boxEdited) return normalised
  return box !== null && scene.widthPx > 0 && scene.heightPx > 0 ? toNormalisedBox(box, scene) : null
}

const filesKey = (student: GatheredStudent): string => student.sets.map((set) => set.id).join(' ')

/** A scene goes to the model in one piece, so all its vectors must lie in the same files: those of most of its students. */
function sameFiles(students: readonly GatheredStudent[], omissions: Omissions): GatheredStudent[] {
  const groups = [...Map.groupBy(students, filesKey).values()].sort((a, b) => b.length - a.length)
  for (const student of groups.slice(1).flat()) {
    void student
    omissions.add('features-elsewhere', "features from another import than the rest of the scene's")
  }
  return groups[0] ?? []
}

function createGroups(
  needed: readonly ModelModality[],
  needsBox: boolean,
  absolute: (file: string) => string,
): {
  addScene(students: readonly GatheredStudent[]): void
  finish(): Omit<GatheredStudents, 'omitted'>
} {
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
