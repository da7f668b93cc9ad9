/** Students whose confidence lies in (lower, upper]; the first bin holds 0 too. Shares are 0 to 1. */
export interface ReliabilityBin {
  readonly lower: number
  readonly upper: number
  readonly students: number
  readonly correct: number
  /** Null in a bin without students. */
  readonly meanConfidence: number | null
  readonly shareCorrect: number | null
}

export interface CalibrationFigures {
  /** Mean distance of confidence from share correct, weighted by students, 0 to 1; 0 over no students. */
  readonly expectedCalibrationError: number
  readonly bins: readonly ReliabilityBin[]
}

/**
 * Expected calibration error over bins of equal width (Guo et al. 2017) and the bins of the reliability diagram.
 * `confidences` are the probabilities of the predicted classes, `correct` says whether each was right. [students]
 * both. Throws RangeError on a confidence that is not between 0 and 1, arrays that do not pair up, and no bins.
 */
export function calibration(
  confidences: ArrayLike<number>,
  correct: ArrayLike<boolean>,
  binCount = 15,
): CalibrationFigures {
  if (!(Number.isInteger(binCount) && binCount >= 1)) throw new RangeError(`binCount must be 1 or more: ${binCount}`)
  if (confidences.length !== correct.length) {
    throw new RangeError(`${confidences.length} confidences and ${correct.length} outcomes do not pair up`)
  }
  const sums = Array.from({ length: binCount }, () => ({ students: 0, correct: 0, confidence: 0 }))
  for (let row = 0; row < confidences.length; row++) {
    const confidence = confidences[row] ?? Number.NaN
    const bin = sums[Math.max(0, Math.ceil(confidence * binCount) - 1)]
    if (!bin || confidence < 0) throw new RangeError(`confidences[${row}] is ${confidence}; they lie between 0 and 1`)
    bin.students += 1
    bin.confidence += confidence
    if (correct[row]) bin.correct += 1
  }
  const gaps = sums.reduce((total, bin) => total + Math.abs(bin.correct - bin.confidence), 0)
  return {
    expectedCalibrationError: confidences.length > 0 ? gaps / confidences.length : 0,
    bins: sums.map((bin, index) => ({
      lower: index / binCount,
      upper: (index + 1) / binCount,
      students: bin.students,
      correct: bin.correct,
      meanConfidence: bin.students > 0 ? bin.confidence / bin.students : null,
      shareCorrect: bin.students > 0 ? bin.correct / bin.students : null,
    })),
  }
}
