import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { labelHistory } from '#main/store/tables/label.ts'
import { findNeighbours } from '../inference/find-neighbours.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { listScenes } from './list-scenes.ts'
import { sceneDetail } from './scene-detail.ts'

type Parts = Pick<WorkbenchContext, 'project' | 'compute'>

/** The scenes service: the list, one scene with its students, a student's history and neighbours. */
export const createScenes = ({ project, compute }: Parts): Handlers<LecternContract>['scenes'] => ({
  list: (input) => listScenes(project.require().store, input),
  get: ({ sceneId, runIds }) => sceneDetail(project.require().store, sceneId, runIds),
  history: ({ studentId }) => labelHistory(project.require().store, studentId),
  neighbours: ({ studentId, runId }, { signal }) =>
    findNeighbours(project.require(), compute, { studentId, runId }, signal),
})
