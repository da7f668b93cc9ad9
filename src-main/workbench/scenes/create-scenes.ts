import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { labelHistory } from '#main/store/tables/label.ts'
import { createReadTemperature } from '../evaluation/run-temperature.ts'
import { explainStudent } from '../inference/explain-student.ts'
import { findNeighbours } from '../inference/find-neighbours.ts'
import { createTrainingMeans } from '../inference/training-means.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { listScenes } from './list-scenes.ts'
import { sceneDetail } from './scene-detail.ts'

type Parts = Pick<WorkbenchContext, 'project' | 'compute'>

/** The scenes service: the list, one scene with its students, a student's history, neighbours and explanation. */
export function createScenes({ project, compute }: Parts): Handlers<LecternContract>['scenes'] {
  const [readMeans, readTemperature] = [createTrainingMeans(compute), createReadTemperature()]
  return {
    list: (input) => listScenes(project.require().store, input),
    get: ({ sceneId, runIds }) => sceneDetail(project.require().store, sceneId, runIds),
    history: ({ studentId }) => labelHistory(project.require().store, studentId),
    neighbours: (asked, { signal }) => findNeighbours(project.require(), compute, asked, signal),
    explain: (asked, { signal }) =>
      explainStudent({ project: project.require(), compute, readMeans, readTemperature }, asked, signal),
  }
}
