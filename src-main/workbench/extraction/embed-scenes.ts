import type { SceneFailure } from '#shared/contract/extraction.ts'
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
import { sceneFailure } from './scene-failure.ts'

/** A student as an extractor is shown them. */
export interface BoxedStudent {
  readonly id: number
  readonly bboxId: string
  /** As stored, even inverted. */
  readonly box: Box
}

/** A scene to make vectors of. */
export interface SceneWork {
  readonly scene: Scene
  readonly file: string
  readonly students: readonly BoxedStudent[]
}

export interface SceneWorks {
  readonly waiting: readonly SceneWork[]
  /** Scenes whose students all have their vectors. */
  readonly skipped: number
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

/** The scenes that lack vectors and whose photo is there; those without a photo join `failed`. */
export async function scenesToEmbed(
  project: OpenProject,
  sceneIds: readonly number[],
  wanted: Wanted,
  { omissions, failed, signal }: { omissions: Omissions; failed: SceneFailure[]; signal: AbortSignal },
): Promise<SceneWorks> {
  const { store } = project
  const breathe = createBreath(signal)
  const waiting: SceneWork[] = []
  const empty: string[] = []
  let skipped = 0
  for (const sceneId of sceneIds) {
    await breathe()
    const [scene] = getScenes(store, [sceneId])
    if (!scene) continue
    const present = studentsOfScene(store, sceneId).filter(({ deleted }) => !deleted)
    omissions.add(
      'box-missing',
      'no box, or the size of the photo is unknown',
      present.filter(({ box }) => !box).length,
    )
    const students = studentsToEmbed(store, sceneId, wanted)
    if (present.length === 0) empty.push(scene.relativePath)
    else if (students.length === 0) skipped += 1
    else {
      await photoFile(project, sceneId).then(
        (file) => waiting.push({ scene, file, students }),
        (error: unknown) => failed.push(sceneFailure(scene, error)),
      )
    }
  }
  return { waiting, skipped, empty }
}

/** [students, 4] as extractors take them. */
export function cornersOf(students: readonly BoxedStudent[]): Float64Array {
  return Float64Array.from(students.flatMap(({ box: { x1, y1, x2, y2 } }) => [x1, y1, x2, y2]))
}
