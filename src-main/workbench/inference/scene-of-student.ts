import { AppError } from '#shared/contract/app-error.ts'
import type { RunRow } from '#main/store/tables/run.ts'
import { getStudent } from '#main/store/tables/student.ts'
import { knownRun } from '../models/run-info.ts'
import { runnableModel, type StoredModel } from '../models/stored-model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import { gatherStudents, type GatheredStudents } from './gather-students.ts'

export interface SceneOfStudent {
  readonly run: RunRow
  readonly model: StoredModel
  /** The student's whole scene, as the model of the run takes it. */
  readonly scene: GatheredStudents
  /** Of the student among `scene`; −1 where the model cannot be run on them. */
  readonly position: number
}

/** The scene of a student, ready for a run's model. Throws AppError `runs.unknown`, `scenes.student-unknown`, and as `gatherStudents`. */
export async function sceneOfStudent(
  project: OpenProject,
  { studentId, runId }: { readonly studentId: number; readonly runId: number },
  signal: AbortSignal,
): Promise<SceneOfStudent> {
  const { store } = project
  const run = knownRun(store, runId)
  const student = getStudent(store, studentId)
  if (!student) {
    throw new AppError('scenes.student-unknown', `There is no student ${studentId} in this project.`, { studentId })
  }
  const model = runnableModel(project, run.modelId)
  const scene = await gatherStudents({
    store,
    sceneIds: [student.sceneId],
    modalities: model.description.modalities,
    absolute: (file) => projectFile(project, file),
    signal,
  })
  return { run, model, scene, position: scene.studentIds.indexOf(studentId) }
}
