import type { Progress } from '#main/compute/protocol.ts'
import type { JobContext } from '../jobs/job-registry.ts'

/** The result of long work in the compute process, with its progress told to the job. */
export async function resultOf<Result>(
  work: AsyncIterable<Progress<Result>>,
  job: Pick<JobContext, 'progress'>,
): Promise<Result> {
  let result: Result | undefined
  // To its very end: leaving a stream early would cancel what it does.
  for await (const step of work) {
    if (step.kind === 'result') result = step.result
    else job.progress(step.done, step.total)
  }
  if (result !== undefined) return result
  throw new Error('the compute process ended its work without a result')
}
