import { withoutNullTruth, type ConfusionMatrix } from './confusion-matrix.ts'

/**
 * Rates of this room (accuracy, precision, recall, F1 and their intervals) are percentages, as RAFNet writes them;
 * kappas, p-values and calibration errors are plain numbers. A rate over no students is 0, as scikit-learn's
 * `zero_division=0`: show its n.
 */
export interface ClassFigures {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Students whose truth is this class. */
  readonly support: number
  /** Students predicted as this class. */
  readonly predicted: number
  /** Students of this class predicted as such. */
  readonly correct: number
}

/** A share in percent; 0 of 0 is 0. */
export function percentOf(count: number, total: number): number {
  return total > 0 ? (count / total) * 100 : 0
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** All students of a matrix, and those on its diagonal. */
export function totals(confusion: ConfusionMatrix): { readonly students: number; readonly correct: number } {
  return {
    students: sum(confusion.map(sum)),
    correct: sum(confusion.map((row, index) => row[index] ?? 0)),
  }
}

/** Precision, recall, F1 = 2·tp / (support + predicted) and support of every class, in class order. */
export function classFigures(confusion: ConfusionMatrix): ClassFigures[] {
  return confusion.map((row, index) => {
    const correct = row[index] ?? 0
    const support = sum(row)
    const predicted = sum(confusion.map((other) => other[index] ?? 0))
    return {
      precision: percentOf(correct, predicted),
      recall: percentOf(correct, support),
      f1: percentOf(2 * correct, support + predicted),
      support,
      predicted,
      correct,
    }
  })
}

export function accuracy(confusion: ConfusionMatrix): number {
  const { students, correct } = totals(confusion)
  return percentOf(correct, students)
}

function meanF1(classes: readonly ClassFigures[]): number {
  const seen = classes.filter((figures) => figures.support + figures.predicted > 0)
  return seen.length > 0 ? sum(seen.map((figures) => figures.f1)) / seen.length : 0
}

/** Mean F1 over the classes seen in truth or prediction. */
export function macroF1(confusion: ConfusionMatrix): number {
  return meanF1(classFigures(confusion))
}

/** Mean F1 weighted by support. */
export function weightedF1(confusion: ConfusionMatrix): number {
  const classes = classFigures(confusion)
  const support = sum(classes.map((figures) => figures.support))
  return support > 0 ? sum(classes.map((figures) => figures.f1 * figures.support)) / support : 0
}

/**
 * The paper's macro F1 (no-null): students whose truth is Null are dropped, then `macroF1` of the rest, so that one
 * surviving Null prediction counts as one more class with F1 0. It selects RAFNet's checkpoints.
 */
export function macroF1NoNull(confusion: ConfusionMatrix, nullIndex: number | null): number {
  return macroF1(withoutNullTruth(confusion, nullIndex))
}

/**
 * Mean F1 over the non-Null classes only, on the same students as `macroF1NoNull`; a Null prediction still costs its
 * class recall.
 */
export function macroF1NonNullClasses(confusion: ConfusionMatrix, nullIndex: number | null): number {
  return meanF1(classFigures(withoutNullTruth(confusion, nullIndex)).filter((_, index) => index !== nullIndex))
}

/** Accuracy over the students whose truth is not Null. */
export function accuracyNoNull(confusion: ConfusionMatrix, nullIndex: number | null): number {
  return accuracy(withoutNullTruth(confusion, nullIndex))
}
