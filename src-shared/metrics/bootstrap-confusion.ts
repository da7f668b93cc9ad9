import { matrixOfCells, type ConfusionMatrix } from './confusion-matrix.ts'
import type { Random } from './random.ts'

/**
 * Draws as many students as the matrix counts, with replacement, and returns their matrix. Resampling students is
 * drawing from the cells in proportion to their counts (Efron 1979), so no list of students is needed. It takes
 * students for independent, which those of one scene are not: where scenes are known, `clusteredBootstrap` gives the
 * honest, wider interval.
 */
export function resampleConfusion(confusion: ConfusionMatrix, random: Random): number[][] {
  const cells = confusion.flat()
  const cellOfStudent = new Uint32Array(cells.reduce((sum, count) => sum + count, 0))
  let student = 0
  cells.forEach((count, cell) => {
    cellOfStudent.fill(cell, student, student + count)
    student += count
  })
  const drawn = new Float64Array(cells.length)
  for (let draw = 0; draw < cellOfStudent.length; draw++) {
    const cell = cellOfStudent[Math.floor(random() * cellOfStudent.length)] ?? 0
    drawn[cell] = (drawn[cell] ?? 0) + 1
  }
  return matrixOfCells(drawn, confusion.length)
}
