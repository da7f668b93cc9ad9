import { AppError } from '#shared/contract/app-error.ts'
import type { HeadlineFigure, SeveralRuns, Spread } from '#shared/contract/evaluation.ts'
import { percent, table } from '../output.ts'

/** RAFNet's names of the headline figures. */
const headline = {
  accuracy: 'accuracy',
  accuracy_no_null: 'accuracyNoNull',
  macro_f1: 'macroF1',
  macro_f1_no_null: 'macroF1NoNull',
  macro_f1_non_null_classes: 'macroF1NonNullClasses',
  weighted_f1: 'weightedF1',
} as const satisfies Record<string, HeadlineFigure>

const mapHeadline = <Value>(of: (figure: HeadlineFigure) => Value): Record<string, Value> =>
  Object.fromEntries(Object.entries(headline).map(([name, figure]) => [name, of(figure)]))

const spreadJson = ({ mean, std, min, max }: Spread) => ({ mean, population_sd: std, min, max })

/** Names between commas. Throws AppError `cli.usage` where there are fewer than two. */
export function runNames(list: string): string[] {
  const names = list.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
  if (names.length > 1) return names
  throw new AppError('cli.usage', `--models is "${list}" where two or more names of runs are needed, as a,b.`)
}

/** A run's figures on the students that all runs share. */
export const sharedJson = ({ runs }: SeveralRuns, place: number) =>
  mapHeadline((figure) => runs[place]?.figures[figure] ?? null)

/** Every headline figure and class as mean, population standard deviation, least and most, as RAFNet's tables over seeds. */
export const severalJson = ({ students, runs, figures, classes }: SeveralRuns) => ({
  shared_students: students,
  summary: mapHeadline((figure) => ({ count: runs.length, ...spreadJson(figures[figure]) })),
  per_class: classes.map((one) => ({
    class: one.class.name,
    support: one.support,
    precision: spreadJson(one.precision),
    recall: spreadJson(one.recall),
    f1: spreadJson(one.f1),
  })),
})

const plusMinus = ({ mean, std }: Spread): string => `${percent(mean)} ± ${percent(std)}`

/** Every run in a row of its own, then mean ± population sd; the same of every class. */
export function severalLines({ students, runs, figures, classes }: SeveralRuns): string[] {
  return [
    `${runs.length} runs on the ${students} students that all of them have`,
    ...table(
      ['run', ...Object.keys(headline)],
      [
        ...runs.map((one) => [one.model, ...Object.values(headline).map((figure) => percent(one.figures[figure]))]),
        ['mean ± population sd', ...Object.values(headline).map((figure) => plusMinus(figures[figure]))],
        ['least', ...Object.values(headline).map((figure) => percent(figures[figure].min))],
        ['most', ...Object.values(headline).map((figure) => percent(figures[figure].max))],
      ],
    ),
    '',
    ...table(
      ['class', 'precision', 'recall', 'F1', 'support'],
      classes.map((one) => [
        one.class.name,
        plusMinus(one.precision),
        plusMinus(one.recall),
        plusMinus(one.f1),
        String(one.support),
      ]),
    ),
  ]
}
