import { totals } from './scores.ts'
import type { ConfusionMatrix } from './confusion-matrix.ts'

/** (observed − expected) / (1 − expected), or null where chance alone explains everything and no kappa exists. */
function kappaOf(observed: number, expected: number): number | null {
  return expected < 1 ? (observed - expected) / (1 - expected) : null
}

/**
 * Cohen's kappa of two raters, rows one and columns the other: agreement beyond chance, −1 to 1 (Cohen 1960, as
 * scikit-learn's `cohen_kappa_score`). Null over no students and where both raters gave all students one and the same
 * class.
 */
export function cohenKappa(confusion: ConfusionMatrix): number | null {
  const { students, correct } = totals(confusion)
  if (students === 0) return null
  const rowSums = confusion.map((row) => row.reduce((total, count) => total + count, 0))
  const columnSums = confusion.map((_, column) => confusion.reduce((total, row) => total + (row[column] ?? 0), 0))
  // Counted in whole students first, so that perfect agreement on one class is exactly 1 and not nearly so.
  const chance = rowSums.reduce((total, count, index) => total + count * (columnSums[index] ?? 0), 0)
  return kappaOf(correct / students, chance / (students * students))
}

/**
 * Fleiss' kappa of any number of raters (Fleiss 1971). `counts` has one row per student: how many raters chose each
 * class. [students, classes] Null over no students and where every rating is the same class. Throws RangeError unless
 * every student has the same number of ratings, two or more.
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const first = counts[0]
  if (!first) return null
  const raters = first.reduce((total, count) => total + count, 0)
  const perClass = new Array<number>(first.length).fill(0)
  let agreeing = 0
  counts.forEach((row, student) => {
    const ratings = row.reduce((total, count) => total + count, 0)
    const sound = row.length === first.length && row.every((count) => Number.isInteger(count) && count >= 0)
    if (!sound || ratings !== raters || raters < 2) {
      throw new RangeError(
        `student ${student} has ratings [${row.join(', ')}]; every student needs the same number, 2 or more`,
      )
    }
    row.forEach((count, index) => {
      agreeing += count * (count - 1)
      perClass[index] = (perClass[index] ?? 0) + count
    })
  })
  const ratings = counts.length * raters
  const chance = perClass.reduce((total, count) => total + count * count, 0)
  return kappaOf(agreeing / (ratings * (raters - 1)), chance / (ratings * ratings))
}
