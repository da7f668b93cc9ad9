import { expect, test } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import type { Job } from '#shared/contract/jobs.ts'
import { createJobRegistry, type JobContext } from '#main/workbench/jobs/job-registry.ts'
import { stillClock } from '../../support/store.ts'

/** Work that ends when its job is cancelled. */
const untilCancelled = async ({ signal }: JobContext): Promise<never> => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  throw signal.reason as Error
}

test('a job answers with its result and is listed newest first', async () => {
  const jobs = createJobRegistry(stillClock)
  const first = jobs.run('scan', 'photos', (job) => {
    job.progress(2, 5)
    return Promise.resolve('found')
  })
  const second = jobs.run('predict', 'head', () => Promise.resolve(7))
  expect(jobs.list().map((job) => [job.id, job.state])).toEqual([
    [2, 'running'],
    [1, 'running'],
  ])
  expect([await first, await second]).toEqual(['found', 7])
  expect(jobs.list()[1]).toEqual<Job>({
    id: 1,
    kind: 'scan',
    subject: 'photos',
    state: 'done',
    done: 2,
    total: 5,
    startedAt: '2026-03-04T05:06:07.000Z',
    endedAt: '2026-03-04T05:06:07.000Z',
    cancellable: false,
    error: null,
  })
})

test.each([
  [new AppError('photo.unreadable', 'It is no photo.'), 'photo.unreadable'],
  [new AppError('rpc.disconnected', 'lost'), 'compute.crashed'],
  [new TypeError('x is not a function'), 'internal.unexpected'],
])('a failure keeps its code and sentence: %s', async (error, code) => {
  const jobs = createJobRegistry(stillClock)
  await expect(jobs.run('scan', 'photos', () => Promise.reject(error))).rejects.toMatchObject({ code })
  expect(jobs.list()[0]).toMatchObject({ state: 'failed', error: { code } })
})

test('a cancelled job is cancelled, not failed; cancelling again or after its end does nothing', async () => {
  const jobs = createJobRegistry(stillClock)
  const running = jobs.run('predict', 'head', untilCancelled)
  jobs.cancel(1)
  jobs.cancel(1)
  await expect(running).rejects.toMatchObject({ code: 'job.cancelled' })
  jobs.cancel(1)
  expect(jobs.list()[0]).toMatchObject({ state: 'cancelled', error: null })
  expect(() => jobs.cancel(2)).toThrow(expect.objectContaining({ code: 'jobs.unknown' }))
})

test('the caller’s signal cancels too, also before the work begins', async () => {
  const jobs = createJobRegistry(stillClock)
  const controller = new AbortController()
  const running = jobs.run('predict', 'head', untilCancelled, { signal: controller.signal })
  controller.abort()
  await expect(running).rejects.toMatchObject({ code: 'job.cancelled' })
  let began = false
  const late = jobs.run('predict', 'head', () => Promise.resolve((began = true)), { signal: controller.signal })
  await expect(late).rejects.toMatchObject({ code: 'job.cancelled' })
  expect(began).toBe(false)
})

test('cancelling all waits until each has cleaned up', async () => {
  const jobs = createJobRegistry(stillClock)
  const cleaned: string[] = []
  const work = (name: string) => async (job: JobContext) => {
    try {
      await untilCancelled(job)
    } finally {
      await new Promise((resolve) => setTimeout(resolve, 5))
      cleaned.push(name)
    }
  }
  const running = [jobs.run('import', 'a', work('a')), jobs.run('predict', 'b', work('b'))]
  const settled = Promise.allSettled(running)
  await jobs.cancelAll()
  expect(cleaned.sort()).toEqual(['a', 'b'])
  await settled
})

test('watching gives the list now and after changes; a slow watcher gets the newest', async () => {
  const jobs = createJobRegistry(stillClock)
  const controller = new AbortController()
  const watching = jobs.watch(controller.signal)
  expect(await watching.next()).toEqual({ done: false, value: [] })
  const running = jobs.run('scan', 'photos', () => Promise.resolve(1))
  const next = await watching.next()
  expect(next.value).toMatchObject([{ state: 'running' }])
  await running
  await jobs.run('scan', 'more photos', () => Promise.resolve(1))
  const newest = await watching.next()
  expect(newest.value).toMatchObject([{ state: 'done' }, { state: 'done' }])
  jobs.clear()
  const cleared = await watching.next()
  expect(cleared.value).toEqual([])
  const last = watching.next()
  controller.abort()
  expect(await last).toEqual({ done: true, value: undefined })
})

test('clearing keeps what still runs', async () => {
  const jobs = createJobRegistry(stillClock)
  await jobs.run('scan', 'done', () => Promise.resolve(1))
  const running = jobs.run('predict', 'head', untilCancelled)
  jobs.clear()
  expect(jobs.list().map((job) => job.subject)).toEqual(['head'])
  jobs.cancel(2)
  await expect(running).rejects.toThrow()
})
