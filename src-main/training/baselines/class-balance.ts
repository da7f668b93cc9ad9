import { countClasses } from '../losses/class-weights.ts'

/** Labels as positions among the classes that occur, and the weight of each so that all classes count the same. */
export interface ClassBalance {
  /** Classes that occur, ascending. */
  readonly present: readonly number[]
  /** Position of each row's class in `present`. [rows] */
  readonly positions: Int32Array
  /** rows / (classes · rows of the class), scikit-learn's `balanced`. [present] */
  readonly weights: readonly number[]
}

/** @param classes how many there may be */
export function classBalance(labels: Int32Array, classes: number): ClassBalance {
  const counts = countClasses(labels, classes)
  const present = counts.flatMap((count, index) => (count > 0 ? [index] : []))
  const place = new Map(present.map((index, position) => [index, position]))
  return {
    present,
    positions: labels.map((label) => place.get(label)!),
    weights: present.map((index) => labels.length / (present.length * counts[index]!)),
  }
}

/** Columns of the classes that occur, spread over all classes: [rows, present] → [rows, classes], 0 elsewhere. */
export function spreadOverClasses(values: Float64Array, present: readonly number[], classes: number): Float64Array {
  const rows = values.length / present.length
  const spread = new Float64Array(rows * classes)
  for (let row = 0; row < rows; row += 1) {
    for (const [position, index] of present.entries()) {
      spread[row * classes + index] = values[row * present.length + position]!
    }
  }
  return spread
}
