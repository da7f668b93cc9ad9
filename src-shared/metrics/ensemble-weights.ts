import { confusionMatrix } from './confusion-matrix.ts'
import { macroF1NoNull } from './scores.ts'
import { seededRandom, type Random } from './random.ts'
import { toTheEnd, type Steps } from './steps.ts'

/** Logits of several members for the same students. */
export interface EnsembleInput {
  /** Row by row, [students, classes] each. */
  readonly members: readonly Float32Array[]
  readonly classCount: number
}

export interface WeightSearchInput extends EnsembleInput {
  /** Class of each student. [students] */
  readonly truth: ArrayLike<number>
  /** See `EvaluationInput`. */
  readonly nullIndex: number | null
}

export interface WeightSearch {
  /** Sum to 1. [members] */
  readonly weights: readonly number[]
  /** Different mixtures that were judged, equal weights among them. */
  readonly tried: number
  /** Macro F1 (no-null) in percent with equal weights, and with these. */
  readonly equal: number
  readonly best: number
}

/** Weights are multiples of 1 / this. */
const parts = 20
/** All mixtures of so many members are tried: 21 of two, 231 of three. */
const mostForGrid = 3
const restarts = 8
/** Every member in turn, again and again; it ends when a round changes nothing. */
const mostRounds = 20
/** Figures this close, in percentage points, are one figure: the same counts summed in another order. */
const tiePoints = 1e-9
const rowsAtOnce = 4000

/** The weighted mean of the members' logits, in float32 as predictions keep them. [students, classes] */
export function* mixedLogits({ members }: EnsembleInput, weights: readonly number[]): Steps<Float32Array> {
  const length = members[0]?.length ?? 0
  const mixed = new Float32Array(length)
  const step = rowsAtOnce * 8
  for (let first = 0; first < length; first += step) {
    const last = Math.min(length, first + step)
    const sums = new Float64Array(last - first)
    for (const [index, logits] of members.entries()) {
      const weight = weights[index] ?? 0
      if (weight === 0) continue
      for (let at = first; at < last; at += 1) sums[at - first]! += weight * logits[at]!
    }
    mixed.set(sums, first)
    yield
  }
  return mixed
}

/** First of the largest logits of every student. */
function predictedBy(logits: Float32Array, classCount: number): Int32Array {
  const predicted = new Int32Array(logits.length / classCount)
  for (let row = 0; row < predicted.length; row += 1) {
    let best = 0
    for (let index = 1; index < classCount; index += 1) {
      if (logits[row * classCount + index]! > logits[row * classCount + best]!) best = index
    }
    predicted[row] = best
  }
  return predicted
}

/** Throws RangeError unless all members have logits for the same students. */
export function searchWeights(input: WeightSearchInput, options: { readonly seed: number }): WeightSearch {
  return toTheEnd(searchWeightsSteps(input, options))
}

/**
 * The mixture with the highest macro F1 (no-null), the paper's metric. Two or three members: every multiple of 0.05. More: coordinate
 * ascent from equal weights and from seeded random ones, one member's share changed at a time while the others keep their proportions.
 * Of equally good mixtures the one closest to equal weights is taken.
 */
export function* searchWeightsSteps(
  input: WeightSearchInput,
  { seed }: { readonly seed: number },
): Steps<WeightSearch> {
  const { members, truth, classCount } = input
  if (members.length === 0 || members.some((one) => one.length !== truth.length * classCount)) {
    throw new RangeError(`every member must have ${classCount} logits for each of ${truth.length} students`)
  }
  const judge = createJudge(input)
  const even = members.map(() => 1 / members.length)
  const equal = yield* judge.figureOf(even)
  if (members.length <= mostForGrid) {
    for (const mixture of gridOf(members.length)) yield* judge.figureOf(mixture)
  } else {
    const random = seededRandom(seed)
    yield* climb(input, judge, even)
    for (let restart = 1; restart < restarts; restart += 1) {
      yield* climb(input, judge, randomMixture(random, members.length))
    }
  }
  const { weights, tried } = judge.best()
  return { weights, tried, equal, best: yield* figureOfLogits(input, yield* mixedLogits(input, weights)) }
}

interface Judge {
  /** Macro F1 (no-null) of a mixture, remembered; `made` where its logits are quicker to come by than from all members. */
  figureOf(weights: readonly number[], made?: Steps<Float32Array>): Steps<number>
  best(): { readonly weights: readonly number[]; readonly tried: number }
}

interface Judged {
  readonly weights: readonly number[]
  readonly figure: number
}

/** Squared distance from equal weights. */
const distance = (weights: readonly number[]): number =>
  weights.reduce((sum, weight) => sum + (weight - 1 / weights.length) ** 2, 0)

/** Whether a mixture is to be taken in place of another. */
function isBetter(one: Judged, other: Judged): boolean {
  if (Math.abs(one.figure - other.figure) > tiePoints) return one.figure > other.figure
  return distance(one.weights) < distance(other.weights) - 1e-12
}

function createJudge(input: WeightSearchInput): Judge {
  const known = new Map<string, number>()
  let best: Judged | null = null
  return {
    figureOf: function* (weights, made = mixedLogits(input, weights)) {
      const key = weights.map((weight) => weight.toFixed(9)).join()
      const before = known.get(key)
      if (before !== undefined) return before
      const figure = yield* figureOfLogits(input, yield* made)
      known.set(key, figure)
      if (best === null || isBetter({ weights, figure }, best)) best = { weights, figure }
      return figure
    },
    best: () => ({ weights: best?.weights ?? [], tried: known.size }),
  }
}

function* figureOfLogits({ truth, classCount, nullIndex }: WeightSearchInput, logits: Float32Array): Steps<number> {
  const predicted = predictedBy(logits, classCount)
  yield
  return macroF1NoNull(confusionMatrix(truth, predicted, classCount), nullIndex)
}

/** All weights that are multiples of 0.05 and sum to 1. */
function* gridOf(members: number, left = parts): Generator<readonly number[]> {
  if (members === 1) {
    yield [left / parts]
    return
  }
  for (let own = 0; own <= left; own += 1) {
    for (const rest of gridOf(members - 1, left - own)) yield [own / parts, ...rest]
  }
}

/** Uniform over all mixtures. */
function randomMixture(random: Random, members: number): number[] {
  const shares = Array.from({ length: members }, () => -Math.log(1 - random()))
  const sum = shares.reduce((total, share) => total + share, 0)
  return shares.map((share) => share / sum)
}

/** Goes uphill until no change of one member's share helps. */
function* climb(input: WeightSearchInput, judge: Judge, start: readonly number[]): Steps<void> {
  let here: Judged = { weights: start, figure: yield* judge.figureOf(start) }
  for (let round = 0; round < mostRounds; round += 1) {
    const before = here
    for (const [member, own] of input.members.entries()) {
      const others = withoutMember(here.weights, member)
      if (others === null) continue
      const rest = yield* mixedLogits(input, others)
      for (let part = 0; part <= parts; part += 1) {
        const share = part / parts
        const weights = others.map((weight, index) => (index === member ? share : weight * (1 - share)))
        const two = { members: [own, rest], classCount: input.classCount }
        const figure = yield* judge.figureOf(weights, mixedLogits(two, [share, 1 - share]))
        if (isBetter({ weights, figure }, here)) here = { weights, figure }
      }
    }
    if (here === before) return
  }
}

/** The weights of the other members in the same proportions, summing to 1; null where they have none. */
function withoutMember(weights: readonly number[], member: number): number[] | null {
  const others = 1 - (weights[member] ?? 0)
  if (others < 1e-9) return null
  return weights.map((weight, index) => (index === member ? 0 : weight / others))
}
