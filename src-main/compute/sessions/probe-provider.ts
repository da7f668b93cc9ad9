import { performance } from 'node:perf_hooks'
import { openSession } from './model-session.ts'
import type { ModelSession } from './model-session.ts'
import { probeInput, probeModel, probeStudents, probeWidth } from './probe-graph.ts'
import type { Runtime } from './runtime.ts'
import { float32Tensor } from './tensor.ts'

export const probeWarmUpRuns = 5
export const probeTimedRuns = 20

/** Largest relative difference from the CPU that counts as agreement: float32 with another order of summation. */
export const probeTolerance = 1e-4

export interface ProbeMeasurement {
  /** max|a − b| / max|b| against the CPU. */
  readonly maxRelativeDifference: number
  readonly msPerStudent: number
}

/** Runs the probe graph on a provider that may use nothing else, and on the CPU. Throws where the provider does not run. */
export async function probeProvider(runtime: Runtime, provider: string): Promise<ProbeMeasurement> {
  const model = probeModel()
  const feeds = { x: float32Tensor(probeInput(), [probeStudents, probeWidth]) }
  const probabilities = async (session: ModelSession): Promise<Float32Array> =>
    (await session.run(feeds)).get('y')!.data as Float32Array

  const reference = await openSession(runtime, model, { provider: 'cpu', onlyProvider: false })
  const expected = await probabilities(reference)
  await reference.release()

  const session = await openSession(runtime, model, { provider, onlyProvider: provider !== 'cpu' })
  const actual = await probabilities(session)
  for (let run = 1; run < probeWarmUpRuns; run += 1) await session.run(feeds)
  const start = performance.now()
  for (let run = 0; run < probeTimedRuns; run += 1) await session.run(feeds)
  const elapsedMs = performance.now() - start
  await session.release()
  return {
    maxRelativeDifference: maxRelativeDifference(actual, expected),
    msPerStudent: elapsedMs / (probeTimedRuns * probeStudents),
  }
}

/** Infinity where a value is missing or not a number. */
export function maxRelativeDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity
  let difference = 0
  let largest = 0
  for (let index = 0; index < expected.length; index += 1) {
    const gap = Math.abs(actual[index]! - expected[index]!)
    if (!(gap <= difference)) difference = Number.isNaN(gap) ? Infinity : gap
    largest = Math.max(largest, Math.abs(expected[index]!))
  }
  return largest === 0 ? difference : difference / largest
}
