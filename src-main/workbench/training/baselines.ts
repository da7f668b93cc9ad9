import { basename } from 'node:path'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { BaselineMessage, BaselineResult } from '#shared/contract/training.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { prepareBaselines } from './baselines-data.ts'
import { followJob } from './follow-job.ts'

type Service = Handlers<LecternContract>['training']['baselines']
type Parts = Pick<WorkbenchContext, 'project' | 'compute' | 'jobs'>
export type BaselineOrder = Parameters<Service>[0]

/** `training.baselines`: the external baselines of the paper on the splits of a training, as a job; files need no open project. */
export const createBaselines =
  ({ project, compute, jobs }: Parts): Service =>
  (order, { signal }) =>
    followJob<BaselineMessage>(async (tell) => {
      const work = async (job: JobContext): Promise<void> => {
        const opened = order.data.kind === 'project' ? project.require() : null
        const { plan, request, baselines, students } = await prepareBaselines(
          opened,
          { compute, jobs },
          order,
          job.signal,
        )
        tell({ kind: 'start', baselines: baselines.map(({ name }) => name), plan })
        const results: BaselineResult[] = []
        const input = { baselines, request, students, seed: order.seed, out: order.out }
        for await (const message of compute.training.baselines(input, { signal: job.signal })) {
          if (message.kind === 'progress') job.progress(message.done, message.total)
          else if (message.kind === 'result') {
            results.push(message.result)
            tell(message)
          } else tell({ ...message, results })
        }
      }
      await jobs.run('baselines', subjectOf(order, project), work, { signal })
    })

/** What the baselines are fitted on, by name. */
function subjectOf({ data, config }: BaselineOrder, project: Parts['project']): string {
  if (data.kind === 'project') return basename(project.require().folder)
  return basename(config ?? (data.kind === 'files' ? data.train : ''))
}
