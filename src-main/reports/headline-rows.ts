import type { Evaluation, FigureIntervals, HeadlineFigure } from '#shared/contract/evaluation.ts'
import { enoughScenes } from '#shared/metrics/enough.ts'

/** One figure over all students of a report. */
export interface HeadlineRow {
  readonly figure: HeadlineFigure
  readonly percent: number
  /** Students that are right, where the figure is a share of students. */
  readonly count: number | null
  readonly total: number
  /** 95 %, in percent; null where there are too few scenes to draw from. */
  readonly interval: readonly [number, number] | null
  readonly method: 'wilson' | 'scene bootstrap' | null
}

/** The headline figures with their intervals. Of few scenes the two rates have Wilson's, since the bootstrap would promise too much. */
export function headlineRows(evaluation: Evaluation, { scenes, intervals }: FigureIntervals): HeadlineRow[] {
  const f1 = (figure: HeadlineFigure, percent: number, total: number): HeadlineRow => {
    const interval = intervals[figure]
    return { figure, percent, count: null, total, interval, method: interval && 'scene bootstrap' }
  }
  const rate = (figure: 'accuracy' | 'accuracyNoNull'): HeadlineRow => {
    const { count, total, percent, interval } = evaluation[figure]
    const drawn = scenes < enoughScenes ? null : intervals[figure]
    return {
      figure,
      percent,
      count,
      total,
      interval: drawn ?? interval,
      method: drawn ? 'scene bootstrap' : 'wilson',
    }
  }
  const { accuracy, accuracyNoNull } = evaluation
  return [
    rate('accuracy'),
    rate('accuracyNoNull'),
    f1('macroF1NoNull', evaluation.macroF1NoNull, accuracyNoNull.total),
    f1('macroF1NonNullClasses', evaluation.macroF1NonNullClasses, accuracyNoNull.total),
    f1('macroF1', evaluation.macroF1, accuracy.total),
    f1('weightedF1', evaluation.weightedF1, accuracy.total),
  ]
}
