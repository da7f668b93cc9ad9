import { resolve } from 'node:path'
import type { ComparedRun, Comparison } from '#shared/contract/evaluation.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { percent, table } from '../output.ts'
import { assertMeasurable, findRun } from './evaluate.ts'

export const compareCommand: Declaration = ({ command, run }) =>
  command(
    'compare <project> <a> <b>',
    'whether two runs differ by more than chance, on the students they share',
  ).action(run(compare))

/** `compare <project> <a> <b>`: whether two runs differ by more than chance, on the students they share. */
async function compare(context: CommandContext, project: string, nameOfA: string, nameOfB: string): Promise<void> {
  const { client, output, signal } = context
  await client.project.open({ folder: resolve(project) })
  const a = await findRun(context, nameOfA)
  const b = await findRun(context, nameOfB)
  const comparison = await client.evaluation.compare({ runA: a.id, runB: b.id }, { signal })
  assertMeasurable({ model: `both ${a.name} and ${b.name}`, students: comparison.students })
  output.result(comparisonJson(comparison), comparisonLines(comparison))
}

const runJson = ({ model, figures }: ComparedRun) => ({
  model,
  accuracy: figures.accuracy,
  accuracy_no_null: figures.accuracyNoNull,
  macro_f1: figures.macroF1,
  macro_f1_no_null: figures.macroF1NoNull,
  macro_f1_non_null_classes: figures.macroF1NonNullClasses,
  weighted_f1: figures.weightedF1,
})

const testNames = { mcNemar: 'mcnemar', accuracy: 'accuracy', macroF1NoNull: 'macro_f1_no_null' } as const

/** Differences are A minus B in percentage points. */
const comparisonJson = ({ a, b, students, scenes, mcNemar, tests, smallestP }: Comparison) => ({
  a: runJson(a),
  b: runJson(b),
  students,
  scenes,
  mcnemar: {
    only_a: mcNemar.onlyA,
    only_b: mcNemar.onlyB,
    exact_p: mcNemar.exactP,
    statistic: mcNemar.statistic,
    corrected_p: mcNemar.correctedP,
  },
  tests: tests.map(({ test, difference, pValue, adjustedP, permutations, exact }) => ({
    test: testNames[test],
    difference,
    p: pValue,
    holm_p: adjustedP,
    permutations,
    exact,
  })),
  smallest_permutation_p: smallestP,
})

const titles = {
  mcNemar: 'McNemar, students',
  accuracy: 'accuracy, scenes exchanged',
  macroF1NoNull: 'macro F1 no-null, scenes exchanged',
} as const

function comparisonLines({ a, b, students, scenes, mcNemar, tests, smallestP }: Comparison): string[] {
  return [
    `${a.model} and ${b.model} on the same ${students} students of ${scenes} scenes`,
    `Only ${a.model} is right on ${mcNemar.onlyA} students, only ${b.model} on ${mcNemar.onlyB}.`,
    '',
    ...table(
      ['figure', 'A', 'B', 'A - B'],
      (['accuracy', 'accuracyNoNull', 'macroF1', 'macroF1NoNull', 'weightedF1'] as const).map((name) => [
        name,
        percent(a.figures[name]),
        percent(b.figures[name]),
        percent(a.figures[name] - b.figures[name]),
      ]),
    ),
    '',
    ...table(
      ['test', 'p', 'p (Holm)'],
      tests.map((one) => [titles[one.test], one.pValue.toFixed(4), one.adjustedP.toFixed(4)]),
    ),
    `McNemar with continuity correction: chi-square ${mcNemar.statistic.toFixed(3)}, p ${mcNemar.correctedP.toFixed(4)}`,
    ...(smallestP > 0.01
      ? [`${scenes} scenes: no exchange of scenes can give a p below ${smallestP.toFixed(4)}.`]
      : []),
  ]
}
