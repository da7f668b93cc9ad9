import type { TrainingCurve, TrainingEpoch } from '#shared/contract/training.ts'
import type { ChartSeries } from '../../charts/chart-series.ts'

export const curveFigures = ['loss', 'macroF1NoNull', 'learningRate'] as const
export type CurveFigure = (typeof curveFigures)[number]

/** Values of one figure at an epoch, by what they are; loss has two. */
const readings: Readonly<Record<CurveFigure, Readonly<Record<string, (epoch: TrainingEpoch) => number>>>> = {
  loss: { train: ({ train }) => train.loss, val: ({ val }) => val.loss },
  macroF1NoNull: { val: ({ val }) => val.macroF1NoNull },
  learningRate: { rate: ({ learningRate }) => learningRate },
}

/** The first of the best epochs by val macro F1 (no-null), as training itself takes it; none where all are 0. */
export const bestEpochOf = ({ records }: TrainingCurve): TrainingEpoch | null =>
  records.reduce<TrainingEpoch | null>(
    (best, one) => (one.val.macroF1NoNull > (best?.val.macroF1NoNull ?? 0) ? one : best),
    null,
  )

/** Most trainings are shown on all their epochs; of a very long one, twice what it has done at most, so that its lines are no stroke. */
export function axisEpochs(reached: number, planned: number): number {
  let axis = 200
  while (axis < reached) axis *= 2
  return Math.max(reached, Math.min(axis, planned))
}

/** The lines of one figure, a seed after the other; the val line of a seed marks its best epoch. `sayRole` names train and val. */
export function curveSeries(
  figure: CurveFigure,
  curves: readonly TrainingCurve[],
  sayRole: (role: string) => string,
): readonly ChartSeries[] {
  const roles = Object.entries(readings[figure])
  return curves.flatMap((curve, place) => {
    const best = bestEpochOf(curve)
    return roles.map(([role, read]) => ({
      group: String(curve.seed),
      place,
      role: roles.length > 1 ? sayRole(role) : '',
      faint: role === 'train',
      points: curve.records.map((record) => ({ x: record.epoch, y: read(record) })),
      best: role === 'val' && best ? { x: best.epoch, y: read(best) } : null,
    }))
  })
}
