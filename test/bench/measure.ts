import { readFileSync } from 'node:fs'
import type { BenchResult } from './bench-result.ts'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]!
}

/** Median of the times of `work` in ms, after one run to warm up. */
export async function medianMs(rounds: number, work: () => unknown): Promise<number> {
  await work()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return median(times)
}

const tickMs = 2

export interface Block {
  /** Without what was spent waiting for a processor that others had: what the block would be on a machine of one's own. */
  readonly ms: number
  readonly byTheClockMs: number
}

/** Time that the main thread was ready to run but had no processor, in ms, as Linux counts it; 0 where nobody does. */
function waitedForProcessorMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

/** Longest time that the main thread did not get to its next task while `work` ran. */
export async function longestBlock(work: () => Promise<unknown>): Promise<Block> {
  let longest: Block = { ms: 0, byTheClockMs: 0 }
  let last = { at: performance.now(), waited: waitedForProcessorMs() }
  const timer = setInterval(() => {
    const now = { at: performance.now(), waited: waitedForProcessorMs() }
    const byTheClockMs = now.at - last.at - tickMs
    const ms = Math.max(0, byTheClockMs - (now.waited - last.waited))
    if (ms > longest.ms) longest = { ms, byTheClockMs }
    last = now
  }, tickMs)
  try {
    await work()
    // A block that lasted until the end is seen by the tick behind it.
    await new Promise((resolve) => setTimeout(resolve, 2 * tickMs))
  } finally {
    clearInterval(timer)
  }
  return longest
}

export const blockResult = (name: string, { ms, byTheClockMs }: Block): BenchResult =>
  atMost(`${name}: longest block of the main process`, ms, 'ms', 50, `${Math.round(byTheClockMs)} ms by the clock`)

/** The largest memory that a process ever held, in MB, as the Linux kernel saw it; null elsewhere or where it has ended. */
export function peakMegabytes(pid: number | 'self'): number | null {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line ? Math.round(Number(line[1]) / 1000) : null
  } catch {
    return null
  }
}

/** Processes that this one started, where Linux tells. */
export function childProcesses(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100

/** A figure that must not exceed its bar. */
export const atMost = (name: string, value: number, unit: string, bar: number, detail = ''): BenchResult => ({
  name,
  value: rounded(value),
  unit,
  bar,
  holds: value <= bar,
  detail,
})

/** A figure that must reach its bar. */
export const atLeast = (name: string, value: number, unit: string, bar: number, detail = ''): BenchResult => ({
  name,
  value: rounded(value),
  unit,
  bar,
  atLeast: true,
  holds: value >= bar,
  detail,
})

/** A figure that could not be measured here, and why. */
export const notRun = (name: string, unit: string, bar: number, detail: string): BenchResult => ({
  name,
  value: null,
  unit,
  bar,
  holds: null,
  detail,
})
