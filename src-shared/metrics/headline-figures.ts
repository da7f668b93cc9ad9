import { withoutNullTruth, type ConfusionMatrix } from './confusion-matrix.ts'
import { accuracy, macroF1, macroF1NonNullClasses, totals, weightedF1 } from './scores.ts'

/** The figures that sum up a model in one number each, in percent. */
export const figureNames = [
  'accuracy',
  'accuracyNoNull',
  'macroF1',
  'macroF1NoNull',
  'macroF1NonNullClasses',
  'weightedF1',
] as const

export type FigureName = (typeof figureNames)[number]

/** All of them at once; null for those over no students, so that resampling leaves them out. */
export function headlineFigures(
  confusion: ConfusionMatrix,
  nullIndex: number | null,
): Readonly<Record<FigureName, number | null>> {
  const noNull = withoutNullTruth(confusion, nullIndex)
  const any = totals(confusion).students > 0
  const anyNoNull = totals(noNull).students > 0
  return {
    accuracy: any ? accuracy(confusion) : null,
    accuracyNoNull: anyNoNull ? accuracy(noNull) : null,
    macroF1: any ? macroF1(confusion) : null,
    macroF1NoNull: anyNoNull ? macroF1(noNull) : null,
    macroF1NonNullClasses: anyNoNull ? macroF1NonNullClasses(confusion, nullIndex) : null,
    weightedF1: any ? weightedF1(confusion) : null,
  }
}
