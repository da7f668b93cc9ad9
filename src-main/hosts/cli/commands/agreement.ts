import type { Agreement } from '#shared/contract/evaluation.ts'
import { percent, table } from '../output.ts'

/** Cohen's kappa of every two annotators who share students, Fleiss' of all of them where there are more than two. */
export const agreementJson = ({ annotators, pairs, all }: Agreement) => ({
  annotators,
  cohen: pairs.map(({ first, second, students, percent: agreed, kappa }) => ({
    annotators: [first, second],
    students,
    agreement: agreed,
    kappa,
  })),
  fleiss: all,
})

const sayKappa = (kappa: number | null): string => (kappa === null ? 'undefined' : kappa.toFixed(3))

/** Nothing where no two annotators labelled the same student. */
export function agreementLines({ pairs, all }: Agreement): string[] {
  if (pairs.length === 0) return []
  return [
    '',
    ...table(
      ['annotators', 'students', 'agreement', "Cohen's kappa"],
      pairs.map(({ first, second, students, percent: agreed, kappa }) => [
        `${first}, ${second}`,
        String(students),
        percent(agreed),
        sayKappa(kappa),
      ]),
    ),
    ...(all ? [`Fleiss' kappa of all ${all.annotators} on ${all.students} students: ${sayKappa(all.kappa)}`] : []),
  ]
}
