import { AppError } from '#shared/contract/app-error.ts'
import type { ModelModality } from '#shared/contract/models.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { listFeatureSets } from '#main/store/tables/feature.ts'
import { labelsInForceOfScene } from '#main/store/tables/label.ts'
import { getScenes } from '#main/store/tables/scene.ts'
import { studentsOfScene } from '#main/store/tables/student.ts'
import { createBreath } from '../exchange/breath.ts'
import { completeStudents } from '../inference/gather-students.ts'
import { createOmissions } from '../inference/omissions.ts'
import type { GatheredStudent } from '../inference/student-batch.ts'
import { usableFeatureSets } from '../inference/usable-feature-sets.ts'
import { photoFile } from '../media/photo-file.ts'
import type { StoredModel } from '../models/stored-model.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { boxedStudents, cornersOf } from './embed-scenes.ts'
import type { UsableWeights } from './weights.ts'

/** The modality of a head that takes relation vectors, and the others that it needs. */
export interface HeadNeeds {
  readonly relation: ModelModality
  /** In the head's order. */
  readonly features: readonly ModelModality[]
  readonly others: readonly ModelModality[]
  readonly needsBox: boolean
}

/** A scene whose relation vectors are drawn several times. */
export interface StudyScene {
  readonly scene: Scene
  readonly file: string
  /** Of everybody in the photo, [present, 4]. */
  readonly boxes: Float64Array
  /** Those whom the head can judge, and where each stands in `boxes`. */
  readonly students: readonly GatheredStudent[]
  readonly places: readonly number[]
  /** Class of the label in force by student; null where there is none. */
  readonly labels: readonly (number | null)[]
}

/** Throws AppError `extraction.no-noise`, `extraction.head-without-relation`, `extraction.width`. */
export function headNeeds(project: OpenProject, { description, row }: StoredModel, weights: UsableWeights): HeadNeeds {
  if (weights.kind !== 'relation') {
    throw new AppError(
      'extraction.no-noise',
      `"${weights.name}" draws no random numbers: its vectors are the same every time. Choose GroupRec's relation network.`,
      { weightsId: weights.id },
    )
  }
  const made = listFeatureSets(project.store).filter(({ producer }) => producer?.weightsSha256 === weights.sha256)
  const names = new Set([weights.modality, ...made.map(({ modality }) => modality)])
  const features = description.modalities.filter(({ role }) => role === 'feature')
  const relation = features.find(({ name }) => names.has(name))
  if (!relation) {
    throw new AppError(
      'extraction.head-without-relation',
      `"${row.name}" takes ${features.map(({ name }) => name).join(', ')} and no relation vectors, so that noise changes nothing. Choose a head that takes ${[...names].join(' or ')}.`,
      { model: row.name },
    )
  }
  if (relation.width !== weights.width) {
    throw new AppError(
      'extraction.width',
      `"${row.name}" takes "${relation.name}" of ${relation.width} numbers, but "${weights.name}" gives ${weights.width}. Choose the weights that the head was trained on.`,
      { needed: relation.width, width: weights.width },
    )
  }
  const others = features.filter((one) => one !== relation)
  return { relation, features, others, needsBox: description.modalities.some(({ role }) => role === 'box') }
}

/** The scenes whose photo is there and where the head can judge somebody. */
export async function studyScenes(
  project: OpenProject,
  sceneIds: readonly number[],
  { others, needsBox }: HeadNeeds,
  signal: AbortSignal,
): Promise<StudyScene[]> {
  const { store } = project
  const usable = usableFeatureSets(listFeatureSets(store), others)
  const wanted = { needed: others, usable, needsBox, omissions: createOmissions() }
  const breathe = createBreath(signal)
  const scenes: StudyScene[] = []
  for (const scene of getScenes(store, sceneIds)) {
    await breathe()
    const file = await photoFile(project, scene.id).catch(() => null)
    if (file === null) continue
    const present = boxedStudents(store, scene.id)
    const placeOf = new Map(present.map(({ id }, place) => [id, place]))
    const complete = completeStudents(store, scene, studentsOfScene(store, scene.id), wanted)
    const students = complete.filter(({ id }) => placeOf.has(id))
    if (students.length === 0) continue
    const labels = labelsInForceOfScene(store, scene.id)
    scenes.push({
      scene,
      file,
      boxes: cornersOf(present),
      students,
      places: students.map(({ id }) => placeOf.get(id)!),
      labels: students.map(({ id }) => labels.get(id)?.classIndex ?? null),
    })
  }
  return scenes
}
