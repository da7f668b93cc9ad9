import { expect, test } from 'vitest'
import { advanceSchedule, startSchedule } from '#main/training/schedulers.ts'
import type { SchedulerOptions } from '#main/training/schedulers.ts'

/** The rate used in each epoch, given the metric at its end. */
function rates(options: SchedulerOptions, metrics: readonly number[], learningRate = 1e-3): number[] {
  let state = startSchedule(learningRate)
  return metrics.map((metric) => {
    const used = state.learningRate
    state = advanceSchedule(options, state, { learningRate, metric })
    return used
  })
}

const plateau: SchedulerOptions = { kind: 'plateau', mode: 'max', factor: 0.5, patience: 10 }

test('the eleventh epoch in a row without better halves the rate, and counting starts anew', () => {
  const used = rates(plateau, [50, ...new Array<number>(23).fill(50)])
  expect(used.slice(0, 12)).toEqual(new Array(12).fill(1e-3))
  expect(used.slice(12, 23)).toEqual(new Array(11).fill(5e-4))
  expect(used[23]).toBe(2.5e-4)
})

test('less than a relative 1e-4 more is not better', () => {
  const creeping = Array.from({ length: 14 }, (_, epoch) => 50 * (1 + epoch * 4e-6))
  expect(rates(plateau, creeping).at(-1)).toBe(5e-4)
  const rising = Array.from({ length: 14 }, (_, epoch) => 50 * (1 + 2e-4) ** epoch)
  expect(rates(plateau, rising).at(-1)).toBe(1e-3)
})

test('a metric of 0 all along counts its first epoch as better', () => {
  expect(rates(plateau, new Array<number>(13).fill(0)).at(-1)).toBe(5e-4)
})

test('cosine goes from the rate to the minimum in its period, whatever the metric', () => {
  const used = rates({ kind: 'cosine', period: 100, minimum: 1e-6 }, new Array<number>(101).fill(7))
  expect(used[0]).toBe(1e-3)
  expect(used[50]).toBeCloseTo((1e-3 + 1e-6) / 2, 12)
  expect(used[100]).toBeCloseTo(1e-6, 12)
})
