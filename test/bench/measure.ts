import type { BenchResult } from './bench-result.ts'

/** Median of the times of `work` in ms, after one run to warm up. */
export async function medianMs(rounds: number, work: () => unknown): Promise<number> {
  await work()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)]!
}

/** A figure that must not exceed its bar. */
export const atMost = (name: string, value: number, unit: string, bar: number, detail = ''): BenchResult => ({
  name,
  value: Math.round(value * 100) / 100,
  unit,
  bar,
  holds: value <= bar,
  detail,
})
