import { AppError } from '#shared/contract/app-error.ts'
import type { Neighbour } from '#shared/contract/scenes.ts'
import { getRun } from '#main/store/tables/run.ts'
import { getStudent } from '#main/store/tables/student.ts'
import { storedModel } from '../models/stored-model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { gatherStudents } from './gather-students.ts'

/**
 * The students whose features the graph of a run's model mixed into this one's, strongest first; empty for heads without a graph
 * and for students that the run left out. Throws AppError `runs.unknown` or `scenes.student-unknown`.
 */
export async function findNeighbours(
  project: OpenProject,
  compute: ComputeClient,
  { studentId, runId }: { readonly studentId: number; readonly runId: number },
  signal: AbortSignal,
): Promise<Neighbour[]> {
  const { store } = project
  const run = getRun(store, runId)
  if (!run) throw new AppError('runs.unknown', `There is no run ${runId} in this project.`, { runId })
  const student = getStudent(store, studentId)
  if (!student) {
    throw new AppError('scenes.student-unknown', `There is no student ${studentId} in this project.`, { studentId })
  }
  const model = storedModel(project, run.modelId)
  const { groups } = await gatherStudents({
    store,
    sceneIds: [student.sceneId],
    modalities: model.description.modalities,
    absolute: (file) => projectFile(project, file),
    signal,
  })
  const [group] = groups
  const position = group?.studentIds.indexOf(studentId) ?? -1
  if (!group || position < 0) return []
  const input = { model: model.source, device: 'cpu' as const, students: group.input }
  const found = await compute.models.neighbours(input, { signal })
  if (!found) return []
  const { k, positions, weights } = found
  const neighbours: Neighbour[] = []
  for (let at = position * k; at < (position + 1) * k; at++) {
    const neighbour = group.studentIds[positions[at] ?? -1]
    if (neighbour !== undefined) neighbours.push({ studentId: neighbour, weight: weights[at] ?? 0 })
  }
  return neighbours.sort((a, b) => b.weight - a.weight)
}
