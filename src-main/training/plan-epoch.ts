import { AppError } from '#shared/contract/app-error.ts'
import type { DropoutMask } from './tape/dropout.ts'
import { symmetricBeta } from './random/beta.ts'
import { createRandom, keepMask, permutation } from './random/random.ts'
import type { Random } from './random/random.ts'
import type { StepPlan } from './run-steps.ts'

/**
 * Students of one run of the graph. The head's state is copied in and out once a run, so that longer runs are faster; but a run
 * that is stopped goes on to its end (about a second on two cores), and masks of all its steps are in memory.
 */
const studentsPerRun = 8192
/** Longer runs of small batches would take moments as `MomentScale` has them out of float32: 864 steps at β₁ 0.9 made weights NaN. */
const mostStepsPerRun = 64

/** Sizes of an epoch's batches: whole ones, then the smaller rest, which is kept as RAFNet keeps it. */
export function batchSizes(rows: number, batchSize: number): number[] {
  const rest = rows % batchSize
  const whole = new Array<number>(Math.floor(rows / batchSize)).fill(batchSize)
  return rest === 0 ? whole : [...whole, rest]
}

/**
 * Refuses what BatchNorm cannot be trained with: a batch of one student has no variance. PyTorch stops there as well.
 * @throws AppError `training.batch-of-one`, naming the nearest batch size that leaves none
 */
export function checkBatches(rows: number, batchSize: number, hasBatchNorm: boolean): void {
  if (!hasBatchNorm || !batchSizes(rows, batchSize).includes(1)) return
  const candidates = Array.from({ length: rows }, (_, step) => [batchSize - step - 1, batchSize + step + 1]).flat()
  const other = candidates.find((size) => size >= 2 && rows % size !== 1)
  throw new AppError(
    'training.batch-of-one',
    `${rows} students in batches of ${batchSize} leave a batch of one, and BatchNorm cannot be trained on one student (PyTorch stops there, too). ` +
      (other === undefined ? 'Train on more students.' : `Choose another batch_size, such as ${other}.`),
    { rows, batchSize, ...(other === undefined ? {} : { suggestion: other }) },
  )
}

export interface EpochInput {
  readonly seed: number
  /** From 1. */
  readonly epoch: number
  readonly rows: number
  readonly batchSize: number
  readonly mixupAlpha: number
  readonly learningRate: number
}

/** One run of the graph for batches of `size`. */
export interface PlannedRun {
  readonly size: number
  readonly plan: (masks: readonly DropoutMask[]) => StepPlan
}

/** The runs of an epoch: rows in random order, cut into batches, as many of equal size to a run as it may have. */
export function* planEpoch(input: EpochInput): Generator<PlannedRun> {
  const { seed, epoch, rows, batchSize } = input
  const order = permutation(createRandom(seed, 'order', epoch), rows)
  const draws: Draws = {
    mixup: createRandom(seed, 'mixup', epoch),
    dropout: createRandom(seed, 'dropout', epoch),
  }
  const sizes = batchSizes(rows, batchSize)
  const stepsPerRun = Math.max(1, Math.min(mostStepsPerRun, Math.floor(studentsPerRun / batchSize)))
  for (let first = 0; first < sizes.length;) {
    const size = sizes[first]!
    const equal = sizes.slice(first, first + stepsPerRun).filter((other) => other === size).length
    const batches = Array.from({ length: equal }, (_, index) => {
      const start = (first + index) * batchSize
      return order.slice(start, start + size)
    })
    yield { size, plan: (masks) => planRun(batches, masks, input, draws) }
    first += equal
  }
}

interface Draws {
  readonly mixup: Random
  readonly dropout: Random
}

function planRun(
  batches: readonly (readonly number[])[],
  masks: readonly DropoutMask[],
  { mixupAlpha, learningRate }: EpochInput,
  draws: Draws,
): StepPlan {
  const mix = (batch: readonly number[]): number[] =>
    permutation(draws.mixup, batch.length).map((index) => batch[index]!)
  const students = batches.reduce((sum, batch) => sum + batch.length, 0)
  return {
    rows: batches,
    mixup:
      mixupAlpha > 0
        ? { shares: batches.map(() => symmetricBeta(draws.mixup, mixupAlpha)), rows: batches.map(mix) }
        : null,
    masks: new Map(masks.map(({ name, columns, rate }) => [name, keepMask(draws.dropout, students * columns, rate)])),
    learningRate,
  }
}
