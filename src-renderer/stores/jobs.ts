import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Job } from '#shared/contract/jobs.ts'
import { followStream } from './follow-stream.ts'
import { useNotices } from './notices.ts'
import { useSession } from './session.ts'

/** All long work of this sitting, as the workbench tells it. */
export const useJobs = defineStore('jobs', () => {
  const session = useSession()
  const notices = useNotices()
  const jobs = shallowRef<readonly Job[]>([])
  const running = computed(() => jobs.value.filter((job) => job.state === 'running'))

  const cancel = (jobId: number) => notices.guard(() => session.api().jobs.cancel({ jobId }))
  const clear = () => notices.guard(() => session.api().jobs.clear({}))

  function follow(): void {
    followStream(
      (client) => client.jobs.watch({}),
      (all) => (jobs.value = all),
    )
  }

  return { jobs, running, cancel, clear, follow }
})
