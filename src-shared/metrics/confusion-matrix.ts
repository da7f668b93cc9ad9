/** Counts of students: rows are truth, columns predictions. [classes, classes] */
export type ConfusionMatrix = readonly (readonly number[])[]

/**
 * Throws where labels are not one class index 0 … classCount − 1 per student in both: callers leave out students
 * without a label or a prediction first, so anything else is a mistake in the program, not bad input.
 */
export function assertLabelPairs(truth: ArrayLike<number>, predicted: ArrayLike<number>, classCount: number): void {
  if (!Number.isInteger(classCount) || classCount < 1)
    throw new RangeError(`classCount must be 1 or more: ${classCount}`)
  if (truth.length !== predicted.length) {
    throw new RangeError(`truth has ${truth.length} labels and predicted ${predicted.length}; they must pair up`)
  }
  for (const [name, labels] of Object.entries({ truth, predicted })) {
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row] ?? Number.NaN
      if (!(Number.isInteger(label) && label >= 0 && label < classCount)) {
        throw new RangeError(`${name}[${row}] is ${label}; class indices are 0 to ${classCount - 1}`)
      }
    }
  }
}

/** Counts of every (truth, predicted) pair. Throws RangeError on labels that are not class indices. */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classCount: number,
): number[][] {
  assertLabelPairs(truth, predicted, classCount)
  const cells = new Float64Array(classCount * classCount)
  for (let row = 0; row < truth.length; row++) {
    const cell = (truth[row] ?? 0) * classCount + (predicted[row] ?? 0)
    cells[cell] = (cells[cell] ?? 0) + 1
  }
  return matrixOfCells(cells, classCount)
}

/** Row-major counts [classes × classes] as a matrix. */
export function matrixOfCells(cells: Float64Array, classCount: number): number[][] {
  return Array.from({ length: classCount }, (_, row) => [...cells.subarray(row * classCount, (row + 1) * classCount)])
}

/** The matrix of the students whose truth is not Null; the same matrix where there is no Null class. */
export function withoutNullTruth(confusion: ConfusionMatrix, nullIndex: number | null): ConfusionMatrix {
  return confusion.map((row, truth) => (truth === nullIndex ? row.map(() => 0) : row))
}
