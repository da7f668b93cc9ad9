import { cancelled } from '#shared/contract/app-error.ts'
import type { ModelModality } from '#shared/contract/models.ts'
import type { LabelSource } from '#shared/domain/label.ts'
import { listFeatureSets } from '#main/store/tables/feature.ts'
import { labelsInForceOfScene } from '#main/store/tables/label.ts'
import { allSceneIds, getScenes, listScenePhotos } from '#main/store/tables/scene.ts'
import { studentsOfScene } from '#main/store/tables/student.ts'
import { createBreath } from '../exchange/breath.ts'
import { completeStudents } from '../inference/gather-students.ts'
import type { Omissions } from '../inference/omissions.ts'
import type { GatheredStudent } from '../inference/student-batch.ts'
import { usableFeatureSets } from '../inference/usable-feature-sets.ts'
import type { OpenProject } from '../projects/open-project.ts'

/** A student to learn from. */
export interface LabelledStudent extends GatheredStudent {
  readonly bboxId: string
  /** Tells its photo from all others of the project. */
  readonly path: string
  readonly classIndex: number
  readonly source: LabelSource
  readonly annotator: string
}

export interface LabelledScene {
  readonly id: number
  readonly path: string
  readonly contentHash: string | null
  readonly room: string | null
  readonly takenAt: string | null
  readonly split: string | null
  readonly students: readonly LabelledStudent[]
}

export interface GatherLabelledOptions {
  readonly project: OpenProject
  readonly modalities: readonly ModelModality[]
  readonly onlyConfirmed: boolean
  readonly omissions: Omissions
  readonly signal: AbortSignal | undefined
}

/**
 * Scenes with the students that have a label in force and everything that a head needs, in the order of the scene list; the others are
 * counted by reason. Throws as `usableFeatureSets`.
 */
export async function gatherLabelled(options: GatherLabelledOptions): Promise<LabelledScene[]> {
  const { project, modalities, onlyConfirmed, omissions, signal } = options
  const { store } = project
  const needed = modalities.filter(({ role }) => role === 'feature')
  const usable = usableFeatureSets(listFeatureSets(store), needed)
  const needsBox = modalities.some(({ role }) => role === 'box')
  const hashes = new Map(listScenePhotos(store).map(({ id, contentHash }) => [id, contentHash]))
  const breathe = createBreath(signal)
  const needs = { needed, usable, needsBox, omissions }
  const scenes: LabelledScene[] = []
  for (const id of allSceneIds(store)) {
    if (signal?.aborted) throw cancelled()
    const [scene] = getScenes(store, [id])
    if (!scene) continue
    const labels = labelsInForceOfScene(store, id)
    const { relativePath: path, room, takenAt, split } = scene
    const everybody = studentsOfScene(store, id)
    const bboxIds = new Map(everybody.map((student) => [student.id, student.bboxId]))
    const students = completeStudents(store, scene, everybody, needs).flatMap((student) => {
      const label = labels.get(student.id)
      if (!label) omissions.add('unlabelled', 'no label in force')
      else if (onlyConfirmed && label.source === 'imported')
        omissions.add('not-confirmed', 'a label that was imported and that nobody confirmed')
      else {
        const { classIndex, source, annotator } = label
        return [{ ...student, path, bboxId: bboxIds.get(student.id) ?? '', classIndex, source, annotator }]
      }
      return []
    })
    if (students.length > 0)
      scenes.push({ id, path, room, takenAt, split, students, contentHash: hashes.get(id) ?? null })
    await breathe()
  }
  return scenes
}
