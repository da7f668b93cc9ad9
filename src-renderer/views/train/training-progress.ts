import type { TrainingInfo } from '#shared/contract/training.ts'

export interface TrainingProgress {
  /** Epochs over all seeds, with the part of the running one. */
  readonly done: number
  readonly total: number
  /** The seed that is trained or would be next, and its place from 1; null where all have ended. */
  readonly seed: { readonly seed: number; readonly position: number; readonly epochs: number } | null
  /** null while nothing was measured or nothing runs. */
  readonly leftMs: number | null
}

/** How far a training is. Seeds that have ended count whole. */
export function trainingProgress(training: TrainingInfo): TrainingProgress {
  const { seeds, epochs, step, msPerEpoch } = training
  const current = seeds.findIndex((one) => !one.ended)
  const part = training.state === 'running' && step && step.total > 0 ? step.done / step.total : 0
  const whole = seeds.reduce((sum, one) => sum + (one.ended ? epochs : Math.min(one.epochs, epochs)), 0)
  const total = epochs * seeds.length
  const done = Math.min(whole + part, total)
  const seed = seeds[current]
  return {
    done,
    total,
    seed: seed ? { seed: seed.seed, position: current + 1, epochs: seed.epochs } : null,
    leftMs: training.state === 'running' && msPerEpoch !== null ? msPerEpoch * (total - done) : null,
  }
}

/** Whether it still takes part in the queue. */
export const isOpen = ({ state }: TrainingInfo): boolean =>
  state === 'running' || state === 'queued' || state === 'paused' || state === 'failed'

/** What runs and waits in the queue's order, then what is over, newest first. */
export const inQueueOrder = (trainings: readonly TrainingInfo[]): readonly TrainingInfo[] => [
  ...trainings.filter((one) => one.state === 'running'),
  ...trainings.filter((one) => one.state === 'queued' || one.state === 'paused'),
  ...trainings.filter((one) => !['running', 'queued', 'paused'].includes(one.state)).reverse(),
]

/** The seed with the best val macro F1 (no-null), the first of equals; null where no epoch of any seed was better than 0. */
export function bestSeed(training: TrainingInfo): number | null {
  const seeds = (training.summary?.seeds ?? []).filter((one) => one.bestEpoch > 0)
  if (seeds.length === 0) return null
  return seeds.reduce((best, one) => (one.bestValMacroF1NoNull > best.bestValMacroF1NoNull ? one : best)).seed
}
