import { expect, test } from 'vitest'
import type { Steps } from '#shared/metrics/steps.ts'
import { runInSteps } from '#main/workbench/evaluation/run-in-steps.ts'

/** Steps that each take longer than other work should wait. */
function* longSteps(count: number, taken: number[] = []): Steps<string> {
  for (let step = 0; step < count; step++) {
    const until = performance.now() + 25
    while (performance.now() < until);
    taken.push(step)
    yield
  }
  return 'done'
}

test('other work runs between the steps, and the result comes at the end', async () => {
  let turns = 0
  const turn = setInterval(() => (turns += 1), 1)
  expect(await runInSteps(longSteps(5), new AbortController().signal)).toBe('done')
  clearInterval(turn)
  expect(turns).toBeGreaterThanOrEqual(2)
})

test('an aborted calculation stops and says it was cancelled', async () => {
  const controller = new AbortController()
  const taken: number[] = []
  const running = runInSteps(longSteps(50, taken), controller.signal)
  setTimeout(() => controller.abort(), 1)
  await expect(running).rejects.toMatchObject({ code: 'job.cancelled' })
  expect(taken.length).toBeLessThan(50)
})
