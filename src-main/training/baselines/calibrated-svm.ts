import { AppError } from '#shared/contract/app-error.ts'
import type { Steps } from '#shared/metrics/steps.ts'
import { chosenRows } from './feature-blocks.ts'
import type { FeatureBlocks } from './feature-blocks.ts'
import { fitLinearSvm, svmDecisions } from './linear-svm.ts'
import type { LinearModel } from './logistic-regression.ts'
import { fitSigmoid, sigmoidAt } from './sigmoid-calibration.ts'
import type { Sigmoid } from './sigmoid-calibration.ts'
import { stratifiedFolds } from './stratified-folds.ts'

const folds = 3

interface CalibratedMachine {
  readonly model: LinearModel
  /** One per column of decisions. */
  readonly sigmoids: readonly Sigmoid[]
}

export interface CalibratedSvm {
  readonly classes: number
  readonly machines: readonly CalibratedMachine[]
}

/**
 * `CalibratedClassifierCV(LinearSVC(…), method='sigmoid', cv=3)`: a machine per fold, fitted to the other two and calibrated on it, whose
 * probabilities are averaged. A class that the other two folds lack has probability 0 in that machine.
 * @throws AppError `baselines.too-few` where no two folds hold two classes
 */
export function* fitCalibratedSvm(
  x: FeatureBlocks,
  labels: Int32Array,
  classes: number,
  tolerance?: number,
): Steps<CalibratedSvm> {
  const foldOf = stratifiedFolds(labels, folds)
  const machines: CalibratedMachine[] = []
  for (let fold = 0; fold < folds; fold += 1) {
    const inside = [...labels.keys()].filter((row) => foldOf[row] !== fold)
    const outside = [...labels.keys()].filter((row) => foldOf[row] === fold)
    const known = Int32Array.from(inside, (row) => labels[row]!)
    // Too few students to hold some out, or nothing to tell apart without them.
    if (outside.length === 0 || new Set(known).size < 2) continue
    const model = yield* fitLinearSvm(chosenRows(x, inside), known, classes, tolerance)
    const decisions = yield* svmDecisions(model, chosenRows(x, outside))
    const columns = decisions.length / outside.length
    const sigmoids = Array.from({ length: columns }, (_, column) => {
      const own = model.present[columns === 1 ? 1 : column]
      return fitSigmoid(
        outside.map((_, row) => decisions[row * columns + column]!),
        outside.map((row) => labels[row] === own),
      )
    })
    machines.push({ model, sigmoids })
  }
  if (machines.length === 0) {
    throw new AppError(
      'baselines.too-few',
      `There are ${labels.length} students to train on, too few to calibrate a support vector machine with ${folds} folds. Label more students.`,
      { students: labels.length },
    )
  }
  return { classes, machines }
}

/** [rows, classes] */
export function* svmProbabilities({ classes, machines }: CalibratedSvm, x: FeatureBlocks): Steps<Float64Array> {
  const mean = new Float64Array(x.rows * classes)
  for (const machine of machines) {
    const decisions = yield* svmDecisions(machine.model, x)
    const columns = machine.sigmoids.length
    for (let row = 0; row < x.rows; row += 1) {
      const shares = sharesOf(machine, decisions.subarray(row * columns, (row + 1) * columns))
      for (const [position, index] of machine.model.present.entries()) {
        mean[row * classes + index]! += shares[position]! / machines.length
      }
    }
  }
  return mean
}

/** What one machine says of one student: summing to 1, or even shares where every sigmoid says 0. */
function sharesOf({ sigmoids }: CalibratedMachine, decisions: Float64Array): number[] {
  const said = sigmoids.map((sigmoid, column) => sigmoidAt(sigmoid, decisions[column]!))
  const [only] = said
  if (said.length === 1 && only !== undefined) return [1 - only, only]
  const sum = said.reduce((total, share) => total + share, 0)
  return said.map((share) => (sum > 0 ? share / sum : 1 / said.length))
}
