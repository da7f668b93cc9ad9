import type { Scene } from '#shared/domain/scene.ts'
import type { Box } from '#shared/geometry/box.ts'
import type { Store } from '#main/store/store.ts'
import { featuresOfScene } from '#main/store/tables/feature.ts'
import { getScenes } from '#main/store/tables/scene.ts'
import { studentsOfScene } from '#main/store/tables/student.ts'
import { createBreath } from '../exchange/breath.ts'
import type { Omissions } from '../inference/omissions.ts'
import { photoFile } from '../media/photo-file.ts'
import type { OpenProject } from '../projects/open-project.ts'

/** A student as an extractor is shown them. */
export interface BoxedStudent {
  readonly id: number
  readonly bboxId: string
  /** As stored, even inverted. */
  readonly box: Box
}

/** Whose vectors are to be made in a scene, by network; nobody where a network has done its part. */
export interface SceneStudents {
  readonly scene: Scene
  readonly students: readonly (readonly BoxedStudent[])[]
}

/** A scene to make vectors of. */
export interface SceneWork extends SceneStudents {
  readonly file: string
}

export interface SceneWorks {
  readonly waiting: readonly SceneWork[]
  /** Scenes without a photo, and why. */
  readonly lost: readonly (SceneStudents & { readonly error: unknown })[]
  /** Scenes whose students all have their vectors, by network. */
  readonly skipped: readonly number[]
  /** Scenes where nobody is to be seen. */
  readonly empty: readonly string[]
}

/** What is looked for: the vectors of one set, null where the set is still to be made. */
export interface Wanted {
  readonly kind: 'appearance' | 'relation'
  readonly setId: number | null
}

/**
 * Students of a scene who are there and have a box, whoever placed it: in the order of their file, then as they were found (seat by
 * seat) or drawn. The noise of relation vectors is drawn in this order.
 */
export const boxedStudents = (store: Store, sceneId: number): BoxedStudent[] =>
  studentsOfScene(store, sceneId).flatMap(({ id, bboxId, box, deleted }) =>
    deleted || box === null ? [] : [{ id, bboxId, box }],
  )

/**
 * Whose vectors are to be made in a scene: those who have none; where vectors depend on everybody in the photo, all of them as soon
 * as one has none.
 */
export function studentsToEmbed(store: Store, sceneId: number, { kind, setId }: Wanted): BoxedStudent[] {
  const students = boxedStudents(store, sceneId)
  const rows = featuresOfScene(store, sceneId).filter((feature) => feature.setId === setId)
  const done = new Set(rows.map(({ studentId }) => studentId))
  const without = students.filter(({ id }) => !done.has(id))
  return kind === 'relation' && without.length > 0 ? students : without
}

/** The scenes that lack vectors of some network. */
export async function scenesToEmbed(
  project: OpenProject,
  sceneIds: readonly number[],
  wanted: readonly Wanted[],
  { omissions, signal }: { omissions: Omissions; signal: AbortSignal },
): Promise<SceneWorks> {
  const { store } = project
  const breathe = createBreath(signal)
  const waiting: SceneWork[] = []
  const lost: SceneWorks['lost'][number][] = []
  const empty: string[] = []
  const skipped = wanted.map(() => 0)
  for (const sceneId of sceneIds) {
    await breathe()
    const [scene] = getScenes(store, [sceneId])
    if (!scene) continue
    const present = studentsOfScene(store, sceneId).filter(({ deleted }) => !deleted)
    if (present.length === 0) {
      empty.push(scene.relativePath)
      continue
    }
    omissions.add(
      'box-missing',
      'no box, or the size of the photo is unknown',
      present.filter(({ box }) => !box).length,
    )
    const students = wanted.map((one) => studentsToEmbed(store, sceneId, one))
    students.forEach(({ length }, network) => (skipped[network]! += length === 0 ? 1 : 0))
    if (students.every(({ length }) => length === 0)) continue
    await photoFile(project, sceneId).then(
      (file) => waiting.push({ scene, file, students }),
      (error: unknown) => lost.push({ scene, students, error }),
    )
  }
  return { waiting, lost, skipped, empty }
}

/** [students, 4] as extractors take them. */
export function cornersOf(students: readonly BoxedStudent[]): Float64Array {
  return Float64Array.from(students.flatMap(({ box: { x1, y1, x2, y2 } }) => [x1, y1, x2, y2]))
}
