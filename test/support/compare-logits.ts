import { expect } from 'vitest'

/** The measure of RAFNet's page: max|a − b| / max|b| over the whole array. NaN anywhere gives NaN. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.NaN
  let difference = 0
  let size = 0
  for (let index = 0; index < expected.length; index += 1) {
    difference = Math.max(difference, Math.abs(actual[index]! - expected[index]!))
    size = Math.max(size, Math.abs(expected[index]!))
  }
  return difference === 0 ? 0 : difference / size
}

/** The class of each row: the first of its largest logits. */
export function classesOf(logits: ArrayLike<number>, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, row) => {
    const values = Array.from({ length: classes }, (_class, index) => logits[row * classes + index]!)
    return values.indexOf(Math.max(...values))
  })
}

/** Fails unless the logits agree within `tolerance` (relative) and every row is of the same class. */
export function expectSameLogits(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  classes = 5,
  tolerance = 1e-5,
): void {
  expect(actual.length).toBe(expected.length)
  expect(relativeError(actual, expected)).toBeLessThanOrEqual(tolerance)
  expect(classesOf(actual, classes)).toEqual(classesOf(expected, classes))
}
