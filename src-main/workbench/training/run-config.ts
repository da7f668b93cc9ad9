import { basename } from 'node:path'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { TrainingMessage } from '#shared/contract/training.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { followJob } from './follow-job.ts'

type Parts = Pick<WorkbenchContext, 'compute' | 'jobs' | 'appVersion'>

/** `training.run`: a configuration that names its own data, trained as a job; it needs no open project. */
export const createRunConfig =
  ({ compute, jobs, appVersion }: Parts, lockFileSha256: string | null): Handlers<LecternContract>['training']['run'] =>
  (input, { signal }) =>
    followJob<TrainingMessage>(async (tell) => {
      const work = async (job: JobContext): Promise<void> => {
        const progress = epochCounter(job)
        const request = { ...input, appVersion, lockFileSha256 }
        for await (const message of compute.training.run(request, { signal: job.signal })) {
          progress(message)
          tell(message)
        }
      }
      await jobs.run('train', basename(input.config), work, { signal })
    })

/** Progress in epochs over all seeds. */
function epochCounter(job: JobContext): (message: TrainingMessage) => void {
  let epochs = 0
  let endedSeeds = 0
  let total = 0
  return (message) => {
    if (message.kind === 'start') {
      epochs = message.epochs
      total = epochs * message.seeds.length
    }
    if (message.kind === 'epoch') job.progress(endedSeeds * epochs + message.record.epoch, total)
    if (message.kind === 'seed-end') {
      endedSeeds += 1
      job.progress(endedSeeds * epochs, total)
    }
  }
}
