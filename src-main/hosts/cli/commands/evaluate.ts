import { resolve } from 'node:path'
import { Option } from 'commander'
import { AppError } from '#shared/contract/app-error.ts'
import type { Evaluation, FigureIntervals } from '#shared/contract/evaluation.ts'
import type { RunInfo } from '#shared/contract/models.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { runOption } from '../options.ts'
import { percent, table } from '../output.ts'
import { agreementJson, agreementLines } from './agreement.ts'
import { runNames, severalJson, severalLines, sharedJson } from './several-runs.ts'
import { gateLines, gatesJson, removalJson, removalLines } from './what-matters.ts'

interface EvaluateOptions {
  readonly model?: string
  /** Names of runs, separated by commas. */
  readonly models?: string
  /** How the gate shared its attention. */
  readonly gates?: boolean
  /** What the model would reach without each modality. */
  readonly removal?: boolean
}

export const evaluateCommand: Declaration = ({ command, run }) =>
  command('evaluate <project>', 'measure a run, or several, against the labels in force')
    .addOption(runOption())
    .addOption(
      new Option(
        '--models <names>',
        'names of several runs, separated by commas: each, and mean ± population sd',
      ).conflicts('model'),
    )
    .addOption(new Option('--gates', 'how the gate shares its attention, by outcome and class').conflicts('models'))
    .addOption(new Option('--removal', 'what the model would reach without each modality').conflicts('models'))
    .action(run(evaluate))

/** `evaluate <project> [--model <name> | --models <a,b>] [--gates] [--removal]`: one run, or several, against the labels in force. */
async function evaluate(context: CommandContext, project: string, options: EvaluateOptions): Promise<void> {
  const { client, output, signal } = context
  const { classes } = await client.project.open({ folder: resolve(project) })
  if (options.models !== undefined) return evaluateSeveral(context, options.models)
  const run = await findRun(context, options.model)
  const figures = await client.evaluation.evaluate({ runId: run.id })
  assertMeasurable(figures)
  const intervals = await client.evaluation.intervals({ runId: run.id }, { signal })
  const agreement = await client.evaluation.agreement({}, { signal })
  const gates = options.gates ? await client.evaluation.gates({ runId: run.id }, { signal }) : null
  const removal = options.removal ? await client.evaluation.modalityRemoval({ runId: run.id }, { signal }) : null
  output.result(
    {
      ...evaluationJson(figures),
      intervals: intervalsJson(intervals),
      agreement: agreementJson(agreement),
      ...(gates && { gates: gatesJson(gates, classes) }),
      ...(removal && { modality_removal: removalJson(removal) }),
    },
    [
      ...evaluationLines(figures),
      '',
      ...intervalLines(intervals),
      '',
      ...sceneLines(figures),
      ...agreementLines(agreement),
      ...(gates ? ['', ...gateLines(gates, classes)] : []),
      ...(removal ? ['', ...removalLines(removal)] : []),
    ],
  )
}

async function evaluateSeveral(context: CommandContext, list: string): Promise<void> {
  const { client, output, signal } = context
  const runIds: number[] = []
  for (const name of runNames(list)) runIds.push((await findRun(context, name)).id)
  const several = await client.evaluation.several({ runIds }, { signal })
  const rows: object[] = []
  for (const [place, runId] of runIds.entries()) {
    const figures = await client.evaluation.evaluate({ runId })
    const intervals = await client.evaluation.intervals({ runId }, { signal })
    const shared = sharedJson(several, place)
    rows.push({ ...evaluationJson(figures), intervals: intervalsJson(intervals), on_shared_students: shared })
  }
  const agreement = await client.evaluation.agreement({}, { signal })
  output.result({ runs: rows, ...severalJson(several), agreement: agreementJson(agreement) }, [
    ...severalLines(several),
    ...agreementLines(agreement),
  ])
}

/** A figure of nobody would look like one of 0 %. Throws AppError `evaluation.no-labels`. */
export function assertMeasurable({ model, students }: { readonly model: string; readonly students: number }): void {
  if (students > 0) return
  throw new AppError(
    'evaluation.no-labels',
    `No student that ${model} predicted has a label, so there is nothing to measure. Label some students, or import their labels.`,
    { model },
  )
}

/** The newest run of all scenes, or the newest of those with that name. */
export async function findRun({ client }: CommandContext, name: string | undefined): Promise<RunInfo> {
  const runs = await client.models.runs({})
  const matching = runs.filter((run) => (name === undefined ? !run.partial : run.name === name))
  const newest = matching.reduce<RunInfo | null>((best, run) => (best && best.id > run.id ? best : run), null)
  if (newest) return newest
  throw name === undefined
    ? new AppError('evaluation.no-run', 'No model has been run on this project yet. Run "lectern predict" first.')
    : new AppError(
        'evaluation.run-unknown',
        `No run is named "${name}". There are ${runs.map((run) => run.name).join(', ') || 'none'}.`,
        { run: name },
      )
}

/** Keys as RAFNet writes them; rates are percentages, confusion rows are truth. */
export const evaluationJson = (figures: Evaluation) => ({
  model: figures.model,
  provider: figures.provider,
  students: figures.students,
  accuracy: figures.accuracy.percent,
  accuracy_interval: figures.accuracy.interval,
  macro_f1: figures.macroF1,
  macro_f1_no_null: figures.macroF1NoNull,
  macro_f1_non_null_classes: figures.macroF1NonNullClasses,
  accuracy_no_null: figures.accuracyNoNull.percent,
  weighted_f1: figures.weightedF1,
  per_class: figures.classes.map((one) => ({
    class: one.class.name,
    precision: one.precision,
    recall: one.recall,
    f1: one.f1,
    support: one.support,
  })),
  confusion: figures.confusion,
  scenes: figures.scenes.map(({ scene, students, correct, accuracy, interval }) => ({
    scene,
    students,
    correct,
    accuracy,
    interval,
  })),
  without_label: figures.withoutLabel,
  without_prediction: figures.withoutPrediction,
})

/** 95 % bootstrap intervals clustered by scene; null with fewer than two scenes. */
export const intervalsJson = ({ scenes, resamples, intervals, classF1 }: FigureIntervals) => ({
  scenes,
  resamples,
  accuracy: intervals.accuracy,
  accuracy_no_null: intervals.accuracyNoNull,
  macro_f1: intervals.macroF1,
  macro_f1_no_null: intervals.macroF1NoNull,
  macro_f1_non_null_classes: intervals.macroF1NonNullClasses,
  weighted_f1: intervals.weightedF1,
  /** In the order of the classes. */
  per_class_f1: classF1,
})

export function intervalLines({ scenes, resamples, intervals }: FigureIntervals): string[] {
  if (scenes < 2) return [`no intervals: they are drawn scene by scene, and there is ${scenes}`]
  const say = (interval: readonly [number, number] | null): string =>
    interval ? `${percent(interval[0])} to ${percent(interval[1])}` : 'none'
  return table(
    ['95 % interval', `${resamples} draws of ${scenes} scenes`],
    [
      ['accuracy', say(intervals.accuracy)],
      ['accuracy without Null', say(intervals.accuracyNoNull)],
      ['macro F1', say(intervals.macroF1)],
      ['macro F1 no-null', say(intervals.macroF1NoNull)],
      ['macro F1 non-Null classes', say(intervals.macroF1NonNullClasses)],
      ['weighted F1', say(intervals.weightedF1)],
    ],
  )
}

export const evaluationLines = (figures: Evaluation): string[] => [
  `${figures.model}: ${figures.students} students`,
  `accuracy ${percent(figures.accuracy.percent)} %, without Null ${percent(figures.accuracyNoNull.percent)} %`,
  `macro F1 ${percent(figures.macroF1)}, no-null (the paper's) ${percent(figures.macroF1NoNull)}, ` +
    `non-Null classes ${percent(figures.macroF1NonNullClasses)}, weighted ${percent(figures.weightedF1)}`,
  '',
  ...table(
    ['class', 'precision', 'recall', 'F1', 'support'],
    figures.classes.map((one) => [
      one.class.name,
      percent(one.precision),
      percent(one.recall),
      percent(one.f1),
      String(one.support),
    ]),
  ),
]

export const sceneLines = (figures: Evaluation): string[] =>
  table(
    ['scene', 'students', 'correct', 'accuracy', '95 % interval'],
    figures.scenes.map(({ scene, students, correct, accuracy, interval }) => [
      scene,
      String(students),
      String(correct),
      percent(accuracy),
      `${percent(interval[0])} to ${percent(interval[1])}`,
    ]),
  )
