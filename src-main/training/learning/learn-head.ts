import { fitTemperatureSteps } from '#shared/metrics/temperature.ts'
import type { Steps } from '#shared/metrics/steps.ts'
import { chosenRows, columnScale, widthOf } from '../baselines/feature-blocks.ts'
import type { ColumnScale, FeatureBlock, FeatureBlocks } from '../baselines/feature-blocks.ts'
import { linearScores } from '../baselines/linear-products.ts'
import { fitLogistic } from '../baselines/logistic-regression.ts'
import type { LinearModel } from '../baselines/logistic-regression.ts'
import { largestIndex } from '../evaluate-split.ts'
import { fewerColumns } from './fewer-columns.ts'
import type { FoldPlan, LearningFolds } from './plan-folds.ts'

/** Students to learn from. */
export interface LabelledRows {
  readonly rows: number
  /** One a modality. */
  readonly blocks: readonly FeatureBlock[]
  /** Class indices below `classes`. [rows] */
  readonly labels: Int32Array
  readonly classes: number
}

/** A head that is a linear function of standardised vectors. */
export interface LinearHead {
  /** One a modality. */
  readonly scales: readonly ColumnScale[]
  readonly model: LinearModel
  /** Its scores are divided by this, so that their softmax can be believed. */
  readonly temperature: number
}

export interface LearntHead extends LinearHead {
  /** Scores, over the temperature, of a head that knew neither the student's label nor those held out with it. [rows, classes] */
  readonly heldOut: Float64Array
  /**
   * What was said of each student by a head that knew others of the photo, but not this one's label: where labels are looked over, what
   * else is in the photo may be known. [rows, classes]
   */
  readonly byOthers: Float64Array
  /** Whether somebody else, in another fold, has a student's class: nobody can name a class they have not seen. [rows] */
  readonly couldBeNamed: readonly boolean[]
  /** Penalty over the number of columns. */
  readonly strength: number
}

/** Standardised values further from 0 are cut off: a column that hardly varies among the labelled may be anything elsewhere. */
export const largestDeviation = 6
/** Penalties over the number of columns. */
const strengths = [10, 1, 0.1] as const
/** Of the gradient, divided by the number of students: further on hardly a prediction changes. */
const tolerance = 3e-3
/** Of a class that was not there to learn: e⁻³⁰ is nothing beside the others. */
export const unknownClassScore = -30
/** No few labels make a head surer or less sure than this. */
const temperatures = { lowest: 0.5, highest: 10 } as const

/**
 * Multinomial logistic regression on standardised vectors, with a strength and a temperature chosen by cross-validation. What is said of
 * a held-out student rests on neither its label nor on those held out with it; only columns are standardised over all.
 */
export function* learnHead(data: LabelledRows, folds: LearningFolds): Steps<LearntHead> {
  const { judging, tuning } = folds
  const { labels, classes } = data
  const { scales, x: wide } = yield* standardisedRows(data)
  const { x, lift } = yield* fewerColumns(wide)
  const columns = widthOf(wide)
  const held = (plan: FoldPlan, strengthOfFold: readonly number[]): Steps<Float64Array> =>
    heldOutScores(
      x,
      data,
      plan,
      strengthOfFold.map((strength) => strength * columns),
    )
  const trials: Float64Array[] = []
  for (const strength of strengths) trials.push(yield* held(tuning, new Array<number>(tuning.folds).fill(strength)))
  const nameable = namedOutside(labels, tuning)
  const judges = (fold: number | null): number[] =>
    [...labels.keys()].filter((row) => nameable[row] && (fold === null || judging.foldOf[row] !== fold))
  const chosen = Array.from({ length: judging.folds }, (_, fold) => bestTrial(trials, data, judges(fold)))
  const scores =
    judging === tuning
      ? mixedByFold(trials, chosen, judging, classes)
      : yield* held(
          judging,
          chosen.map((trial) => strengths[trial]!),
        )
  const best = bestTrial(trials, data, judges(null))
  const strength = strengths[best]!
  const temperature = yield* temperatureOf(trials[best]!, data, judges(null))
  const { students } = folds
  const told =
    students === tuning ? trials[best]! : yield* held(students, new Array<number>(students.folds).fill(strength))
  return {
    scales,
    model: yield* lift(yield* fit(x, labels, classes, strength * columns)),
    temperature,
    couldBeNamed: namedOutside(labels, students),
    heldOut: scores.map((score) => score / temperature),
    byOthers: believable(told, temperature, classes),
    strength,
  }
}

function* standardisedRows({ rows, blocks }: LabelledRows): Steps<{ scales: ColumnScale[]; x: FeatureBlocks }> {
  const scales: ColumnScale[] = []
  const cut: FeatureBlock[] = []
  for (const block of blocks) {
    const scale = columnScale(block, rows)
    scales.push(scale)
    yield
    cut.push(cutStandardised(block, scale))
    yield
  }
  return { scales, x: { rows, blocks: cut } }
}

/** Each student's scores by the trial that was chosen for its fold. [rows, classes] */
function mixedByFold(
  trials: readonly Float64Array[],
  chosen: readonly number[],
  { foldOf }: FoldPlan,
  classes: number,
): Float64Array {
  const mixed = new Float64Array(foldOf.length * classes)
  foldOf.forEach((fold, row) => {
    mixed.set(trials[chosen[fold]!]!.subarray(row * classes, (row + 1) * classes), row * classes)
  })
  return mixed
}

/** [rows, classes] */
function believable(scores: Float64Array, temperature: number, classes: number): Float64Array {
  const probabilities = new Float64Array(scores.length)
  for (let at = 0; at < scores.length; at += classes) {
    probabilities.set(softmaxAt(scores.subarray(at, at + classes), temperature), at)
  }
  return probabilities
}

/** A modality as the head sees it: by the scale, and cut off. */
export function cutStandardised({ width, values }: FeatureBlock, { mean, deviation }: ColumnScale): FeatureBlock {
  const scaled = new Float32Array(values.length)
  for (let start = 0; start < values.length; start += width) {
    for (let column = 0; column < width; column += 1) {
      const value = (values[start + column]! - mean[column]!) / deviation[column]!
      scaled[start + column] = Math.max(-largestDeviation, Math.min(largestDeviation, value))
    }
  }
  return { width, values: scaled }
}

const fit = (x: FeatureBlocks, labels: Int32Array, classes: number, penalty: number): Steps<LinearModel> =>
  fitLogistic(x, labels, classes, { penalty, balanced: false, tolerance })

/** Scores of every student by the fit that left its fold out, with each fold's penalty. [rows, classes] */
function* heldOutScores(
  x: FeatureBlocks,
  { rows, labels, classes }: LabelledRows,
  { folds, foldOf }: FoldPlan,
  penaltyOfFold: readonly number[],
): Steps<Float64Array> {
  const scores = new Float64Array(rows * classes)
  for (let fold = 0; fold < folds; fold += 1) {
    const outside = [...foldOf.keys()].filter((row) => foldOf[row] !== fold)
    const inside = [...foldOf.keys()].filter((row) => foldOf[row] === fold)
    if (inside.length === 0) continue
    const train = chosenRows(x, outside)
    yield
    const test = chosenRows(x, inside)
    yield
    const known = Int32Array.from(outside, (row) => labels[row]!)
    const told = yield* classScores(yield* fit(train, known, classes, penaltyOfFold[fold]!), test)
    inside.forEach((row, at) => scores.set(told.subarray(at * classes, (at + 1) * classes), row * classes))
  }
  return scores
}

/** Scores of all classes; those that the model does not know get one that never wins. [rows, classes] */
function* classScores({ present, classes, weights }: LinearModel, x: FeatureBlocks): Steps<Float64Array> {
  const known = yield* linearScores(x, weights, present.length)
  const scores = new Float64Array(x.rows * classes).fill(unknownClassScore)
  for (let row = 0; row < x.rows; row += 1) {
    for (const [position, index] of present.entries()) {
      scores[row * classes + index] = known[row * present.length + position]!
    }
  }
  return scores
}

/** Whether somebody outside a student's fold has its class. [rows] */
function namedOutside(labels: Int32Array, { foldOf }: FoldPlan): boolean[] {
  const foldsOf = new Map<number, Set<number>>()
  labels.forEach((label, row) => {
    const known = foldsOf.get(label) ?? new Set()
    foldsOf.set(label, known.add(foldOf[row]!))
  })
  return Array.from(labels, (label) => foldsOf.get(label)!.size > 1)
}

/** The strength under which the labels of these students are likeliest. */
function bestTrial(
  trials: readonly Float64Array[],
  { labels, classes }: LabelledRows,
  rows: readonly number[],
): number {
  const likelihoods = trials.map((scores) =>
    rows.reduce((sum, row) => {
      const own = softmaxAt(scores.subarray(row * classes, (row + 1) * classes), 1)
      return sum + Math.log(Math.max(1e-12, own[labels[row]!]!))
    }, 0),
  )
  return largestIndex(likelihoods)
}

function* temperatureOf(
  scores: Float64Array,
  { labels, classes }: LabelledRows,
  rows: readonly number[],
): Steps<number> {
  if (rows.length === 0) return 1
  const logits = new Float64Array(rows.length * classes)
  rows.forEach((row, at) => logits.set(scores.subarray(row * classes, (row + 1) * classes), at * classes))
  const truth = rows.map((row) => labels[row]!)
  const { temperature } = yield* fitTemperatureSteps({ logits, truth, classCount: classes })
  return Math.max(temperatures.lowest, Math.min(temperatures.highest, temperature))
}

function softmaxAt(scores: Float64Array, temperature: number): Float64Array {
  const most = scores.reduce((largest, score) => Math.max(largest, score), -Infinity)
  const parts = scores.map((score) => Math.exp((score - most) / temperature))
  const sum = parts.reduce((total, part) => total + part, 0)
  return parts.map((part) => part / sum)
}
