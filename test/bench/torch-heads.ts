import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import type { BenchFamily } from './random-head.ts'

export interface TorchTime {
  readonly seconds: number
  readonly threads: number
  /** The BLAS library that PyTorch loaded. Debian's torch is slow on any but OpenBLAS: a ratio to it would flatter us. */
  readonly blas: string
}

/** The better of one and two threads. `numbers` as torch-heads.py takes them, threads apart. */
export function torchTime(
  python: string,
  mode: 'infer' | 'train',
  family: BenchFamily,
  numbers: readonly number[],
): TorchTime {
  const program = resolve(import.meta.dirname, 'torch-heads.py')
  const times = [1, 2].map((threads): TorchTime => {
    const output = execFileSync(python, [program, mode, family, ...[...numbers, threads].map(String)], {
      encoding: 'utf8',
    })
    return { ...(JSON.parse(output) as Omit<TorchTime, 'threads'>), threads }
  })
  return times.reduce((best, time) => (time.seconds < best.seconds ? time : best))
}

export const isComparable = (times: readonly TorchTime[]): boolean => times.every(({ blas }) => blas === 'OpenBLAS')

export const notComparable = (times: readonly TorchTime[]): string =>
  `not comparable: PyTorch runs on ${times[0]?.blas ?? 'an unknown BLAS'}, not on OpenBLAS`
