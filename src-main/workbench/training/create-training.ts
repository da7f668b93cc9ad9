import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { TrainingMessage } from '#shared/contract/training.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { followJob } from './follow-job.ts'

type Parts = Pick<WorkbenchContext, 'compute' | 'jobs' | 'appVersion' | 'resourcesFolder'>
type TrainingService = Handlers<LecternContract>['training']

/** The training service. It needs no open project: a configuration names its own data. */
export function createTraining({ compute, jobs, appVersion, resourcesFolder }: Parts): TrainingService {
  const lockFileSha256 = hashOfLockFile(dirname(resourcesFolder))
  return {
    run: (input, { signal }) =>
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
      }),
    presets: () => compute.training.presets({}),
  }
}

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

/** Hash of the lock file of the packages that run; null where the application was packed without it. */
function hashOfLockFile(applicationFolder: string): string | null {
  try {
    return createHash('sha256')
      .update(readFileSync(join(applicationFolder, 'package-lock.json')))
      .digest('hex')
  } catch {
    return null
  }
}
