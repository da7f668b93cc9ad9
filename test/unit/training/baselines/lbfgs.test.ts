import { expect, test } from 'vitest'
import { minimise } from '#main/training/baselines/lbfgs.ts'
import type { Objective } from '#main/training/baselines/lbfgs.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'

const options = { gradientTolerance: 1e-9, maxIterations: 500 }

/** sum of curvature · (x − target)² */
const bowl = (curvatures: readonly number[], targets: readonly number[]): Objective =>
  function* (point, gradient) {
    yield
    let value = 0
    for (const [index, curvature] of curvatures.entries()) {
      const away = point[index]! - targets[index]!
      value += curvature * away * away
      gradient[index] = 2 * curvature * away
    }
    return value
  }

const rosenbrock: Objective = function* (point, gradient) {
  yield
  const [x, y] = [point[0]!, point[1]!]
  gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x)
  gradient[1] = 200 * (y - x * x)
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2
}

test('finds the bottom of a bowl that is a million times steeper one way', () => {
  const found = toTheEnd(minimise(bowl([1, 1e6, 1e-2], [3, -2, 50]), new Float64Array(3), options))
  expect(found.converged).toBe(true)
  expect(found.point[0]).toBeCloseTo(3, 6)
  expect(found.point[1]).toBeCloseTo(-2, 6)
  expect(found.point[2]).toBeCloseTo(50, 4)
})

test('follows a bent valley to its end', () => {
  const found = toTheEnd(minimise(rosenbrock, Float64Array.of(-1.2, 1), options))
  expect(found.converged).toBe(true)
  expect([...found.point].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([1, 1])
})

test('a start that is the minimum takes no step', () => {
  const found = toTheEnd(minimise(bowl([1], [0]), new Float64Array(1), options))
  expect(found).toMatchObject({ iterations: 0, converged: true, value: 0 })
})

test('says so when the iterations do not suffice, and does not change the start', () => {
  const start = Float64Array.of(-1.2, 1)
  const found = toTheEnd(minimise(rosenbrock, start, { ...options, maxIterations: 2 }))
  expect(found).toMatchObject({ iterations: 2, converged: false })
  expect([...start]).toEqual([-1.2, 1])
})

test('ends where a function turns to NaN', () => {
  const broken: Objective = function* (_, gradient) {
    yield
    gradient[0] = Number.NaN
    return Number.NaN
  }
  expect(toTheEnd(minimise(broken, Float64Array.of(1), options)).iterations).toBe(0)
})
