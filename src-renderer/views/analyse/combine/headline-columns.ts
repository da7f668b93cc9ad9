import type { HeadlineFigure } from '#shared/contract/evaluation.ts'

/** The figures that stand side by side in the tables of runs, in this order. */
export const headlineColumns: readonly HeadlineFigure[] = [
  'accuracy',
  'accuracyNoNull',
  'macroF1',
  'macroF1NoNull',
  'macroF1NonNullClasses',
  'weightedF1',
]

/** `83.21 ± 1.05`: mean and population standard deviation. */
export function spreadText(
  { mean, std }: { readonly mean: number; readonly std: number },
  number: (value: number, digits: number) => string,
): string {
  return `${number(mean, 2)} ± ${number(std, 2)}`
}
