import type { Steps } from '#shared/metrics/steps.ts'
import type { Baseline } from './baseline-list.ts'
import { bilinearProduct } from './bilinear.ts'
import { fitCalibratedSvm, svmProbabilities } from './calibrated-svm.ts'
import { columnScale, standardised } from './feature-blocks.ts'
import type { FeatureBlock, FeatureBlocks } from './feature-blocks.ts'
import { fitLogistic, logisticProbabilities } from './logistic-regression.ts'
import { fitPerceptron, perceptronProbabilities } from './perceptron.ts'

/** Students with their vectors by modality. */
export interface BaselineRows {
  readonly count: number
  readonly columns: ReadonlyMap<string, FeatureBlock>
  /** Class indices. [count] */
  readonly labels: Int32Array
}

/** What all baselines of one training share. */
export interface BaselineData {
  readonly classes: number
  readonly seed: number
  /** Train and test of a modality, standardised on train. */
  blocksOf(modality: string): { readonly train: FeatureBlock; readonly test: FeatureBlock }
  readonly labels: Int32Array
  readonly testRows: number
  /** What the logistic regression of a modality said of the test students: late fusion takes it up again. */
  readonly logistic: Map<string, Float64Array>
}

export function baselineData(train: BaselineRows, test: BaselineRows, classes: number, seed: number): BaselineData {
  const known = new Map<string, { train: FeatureBlock; test: FeatureBlock }>()
  return {
    classes,
    seed,
    labels: train.labels,
    testRows: test.count,
    logistic: new Map(),
    blocksOf: (modality) => {
      const before = known.get(modality)
      if (before) return before
      const [fitted, unseen] = [train.columns.get(modality)!, test.columns.get(modality)!]
      const scale = columnScale(fitted, train.count)
      const blocks = { train: standardised(fitted, scale), test: standardised(unseen, scale) }
      known.set(modality, blocks)
      return blocks
    },
  }
}

/** `onEpoch` is told of the epochs of a perceptron; the others are done in one go. */
export interface FitOptions {
  readonly onEpoch?: (done: number, most: number) => void
}

/**
 * Fits a baseline on the training students and gives its probabilities for those of the test split: [test rows, classes].
 * @throws AppError `baselines.too-few` as the machines do
 */
export function* fitBaseline(baseline: Baseline, data: BaselineData, options: FitOptions = {}): Steps<Float64Array> {
  const { classes, labels, seed } = data
  const [train, test] = sideBySide(baseline.modalities, data)
  if (baseline.kind === 'logistic') return yield* logisticOf(baseline.modalities, data)
  if (baseline.kind === 'svm') {
    return yield* svmProbabilities(yield* fitCalibratedSvm(train, labels, classes), test)
  }
  if (baseline.kind === 'mlp') {
    const perceptron = yield* fitPerceptron(train, labels, classes, { seed, ...options })
    return yield* perceptronProbabilities(perceptron, test)
  }
  const [one, other] = baseline.modalities as readonly [string, string]
  if (baseline.kind === 'late_fusion') {
    const first = yield* logisticOf([one], data)
    const second = yield* logisticOf([other], data)
    return first.map((value, index) => (value + second[index]!) / 2)
  }
  const [firstTrain, firstTest] = sideBySide([one], data)
  const [secondTrain, secondTest] = sideBySide([other], data)
  const product = bilinearProduct(seed, firstTrain, secondTrain)
  const model = yield* fitLogistic(yield* product.apply(firstTrain, secondTrain), labels, classes)
  return yield* logisticProbabilities(model, yield* product.apply(firstTest, secondTest))
}

function* logisticOf(modalities: readonly string[], data: BaselineData): Steps<Float64Array> {
  const key = modalities.join()
  const known = data.logistic.get(key)
  if (known) return known
  const [train, test] = sideBySide(modalities, data)
  const model = yield* fitLogistic(train, data.labels, data.classes)
  const probabilities = yield* logisticProbabilities(model, test)
  data.logistic.set(key, probabilities)
  return probabilities
}

function sideBySide(modalities: readonly string[], data: BaselineData): readonly [FeatureBlocks, FeatureBlocks] {
  const blocks = modalities.map((modality) => data.blocksOf(modality))
  return [
    { rows: data.labels.length, blocks: blocks.map(({ train }) => train) },
    { rows: data.testRows, blocks: blocks.map(({ test }) => test) },
  ]
}
