import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { JobRegistry } from './job-registry.ts'

/** The jobs service: one list for everything that takes long. */
export const createJobs = (jobs: JobRegistry): Handlers<LecternContract>['jobs'] => ({
  watch: (_input, { signal }) => jobs.watch(signal),
  cancel: ({ jobId }) => {
    jobs.cancel(jobId)
    return null
  },
  clear: () => {
    jobs.clear()
    return null
  },
})
