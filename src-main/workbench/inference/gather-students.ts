import { setImmediate } from 'node:timers/promises'
import { cancelled } from '#shared/contract/app-error.ts'
import type { ModelModality } from '#shared/contract/models.ts'
import type { Omission } from '#shared/contract/summary.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { toNormalisedBox, type NormalisedBox } from '#shared/geometry/normalised-box.ts'
import type { Store } from '#main/store/store.ts'
import { featuresOfScene, listFeatureSets, type FeatureSet } from '#main/store/tables/feature.ts'
import { getScenes } from '#main/store/tables/scene.ts'
import { studentsOfScene, type StudentRow } from '#main/store/tables/student.ts'
import { createOmissions, type Omissions } from './omissions.ts'
import {
  inFileOrder,
  studentBatch,
  type GatheredStudent,
  type StudentBatch,
  type StudentOrder,
} from './student-batch.ts'
import { usableFeatureSets } from './usable-feature-sets.ts'

export interface GatheredStudents extends StudentBatch {
  readonly omitted: readonly Omission[]
}

export interface GatherRequest {
  readonly store: Store
  readonly sceneIds: readonly number[]
  readonly modalities: readonly ModelModality[]
  /** Scene by scene where left out. */
  readonly order?: StudentOrder
  /** Absolute path of a file that the database names. */
  readonly absolute: (file: string) => string
  readonly signal?: AbortSignal | undefined
}

/** Scenes read in one go: some 10 ms. */
const scenesAtOnce = 8

/**
 * The students of whole scenes who have every modality that a model needs; others are told by reason. Throws AppError
 * `inference.modality-missing` or `inference.modality-width` where the project as a whole cannot serve the model.
 */
export async function gatherStudents(request: GatherRequest): Promise<GatheredStudents> {
  const { store, sceneIds, modalities } = request
  const needed = modalities.filter((one) => one.role === 'feature')
  const usable = usableFeatureSets(listFeatureSets(store), needed)
  const needsBox = modalities.some((one) => one.role === 'box')
  const omissions = createOmissions()
  const needs = { needed, usable, needsBox, omissions }
  const gathered: GatheredStudent[] = []
  for (let first = 0; first < sceneIds.length; first += scenesAtOnce) {
    if (request.signal?.aborted) throw cancelled()
    for (const scene of getScenes(store, sceneIds.slice(first, first + scenesAtOnce))) {
      gathered.push(...completeStudents(store, scene, studentsOfScene(store, scene.id), needs))
    }
    await setImmediate()
  }
  const students = request.order === 'file' ? inFileOrder(gathered, omissions) : gathered
  return { ...studentBatch(students, needed, needsBox, request.absolute), omitted: omissions.list() }
}

/** What a student must have, and who is told of those that lack it. */
export interface StudentNeeds {
  /** Modalities of vectors, in the model's order. */
  readonly needed: readonly ModelModality[]
  /** By id, newest first. */
  readonly usable: ReadonlyMap<number, FeatureSet>
  readonly needsBox: boolean
  readonly omissions: Omissions
}

/** Those of one scene's students who have everything; the others are counted by reason. */
export function completeStudents(
  store: Store,
  scene: Scene,
  students: readonly StudentRow[],
  { needed, usable, needsBox, omissions }: StudentNeeds,
): GatheredStudent[] {
  const vectors = new Map<number, Map<string, { set: FeatureSet; row: number }>>()
  for (const { studentId, setId, row } of featuresOfScene(store, scene.id)) {
    const set = usable.get(setId)
    const known = vectors.get(studentId) ?? new Map<string, { set: FeatureSet; row: number }>()
    // Newest sets come first: a later import replaces an earlier one.
    if (set && !known.has(set.modality)) known.set(set.modality, { set, row })
    vectors.set(studentId, known)
  }
  return students.flatMap((student) => {
    if (student.deleted) return []
    const found = needed.map((one) => vectors.get(student.id)?.get(one.name))
    const missing = needed.filter((_, index) => !found[index])
    const box = needsBox ? boxNormalised(student, scene) : null
    if (missing.length > 0) omissions.add('features-missing', missingReason(student, missing))
    else if (needsBox && box === null) omissions.add('box-missing', 'no box, or the size of the photo is unknown')
    else {
      const complete = found.filter((one) => one !== undefined)
      const [sets, rows] = [complete.map((one) => one.set), complete.map((one) => one.row)]
      return [{ id: student.id, sceneId: scene.id, sets, rows, box }]
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
