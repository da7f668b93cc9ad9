import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { BaselineMessage, BaselineResult, TrainingPlan } from '#shared/contract/training.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { percent, table } from '../output.ts'
import { findingLines, omissionLines } from './findings.ts'
import { dataOf, planJson, splitOptions, wholeNumber, type SplitOptions } from './train-project.ts'

interface BaselinesOptions extends SplitOptions {
  readonly config?: string
  readonly root?: string
  /** Separated by commas. */
  readonly names?: string
  readonly seed: string
  readonly out?: string
}

export const baselinesCommand: Declaration = ({ command, run }) =>
  splitOptions(
    command('baselines [project]', "the paper's external baselines, fitted on train and judged on test")
      .option('--config <yaml>', 'without a project: RAFNet config that names the feature pickles')
      .option('--names <list>', 'only these, as logistic_concat,svm_convnext,late_fusion'),
  )
    .option('--seed <n>', 'of the perceptrons and the random projections', '41')
    .option('--out <dir>', 'folder for baselines.json and baselines.csv')
    .option('--root <dir>', 'where relative paths of the config start; the current folder by default')
    .action(run(baselines))

/** `baselines [project]` or `baselines --config <yaml>`: the paper's external baselines, fitted on train and judged on test. */
async function baselines(
  context: CommandContext,
  project: string | undefined,
  options: BaselinesOptions,
): Promise<void> {
  const { client, output, signal } = context
  if ((project === undefined) === (options.config === undefined)) {
    throw new AppError('cli.usage', 'Name either a project, or a RAFNet config with --config <yaml>.')
  }
  if (project !== undefined) await client.project.open({ folder: resolve(project) })
  const request = {
    data: project === undefined ? { kind: 'config' as const } : dataOf(options),
    config: options.config === undefined ? null : resolve(options.config),
    root: resolve(options.root ?? '.'),
    names: options.names === undefined ? null : namesOf(options.names),
    seed: wholeNumber(options.seed, '--seed', 0),
    out: options.out === undefined ? null : resolve(options.out),
  }
  let plan: TrainingPlan | null = null
  let end: Extract<BaselineMessage, { kind: 'end' }> | null = null
  for await (const message of client.training.baselines(request, { signal })) {
    if (message.kind === 'start') {
      plan = message.plan
      for (const line of startLines(message.plan)) output.note(line)
    } else if (message.kind === 'result') output.note(resultLine(message.result))
    else end = message
  }
  if (plan === null || end === null) {
    throw new AppError('training.ended-early', 'The baselines ended without a result. Run them again.')
  }
  const { results, files } = end
  output.result({ baselines: results.map(resultJson), files, plan: planJson(plan) }, resultLines(results, files))
}

function namesOf(text: string): string[] {
  const names = text.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
  if (names.length > 0) return names
  throw new AppError('cli.usage', `--names is "${text}" where names are needed, as logistic_concat,late_fusion.`)
}

const startLines = ({ modalities, splits, findings, omitted }: TrainingPlan): string[] => [
  `baselines on ${modalities.join(', ')}: ${splits.train.students} students to train on, ${splits.test.students} to test`,
  ...omissionLines(omitted),
  ...findingLines(findings),
]

const seconds = (elapsedMs: number): string => (elapsedMs / 1000).toFixed(1)

const resultLine = ({ name, macroF1NoNull, accuracy, elapsedMs }: BaselineResult): string =>
  `  ${name}: macro F1 (no-null) ${percent(macroF1NoNull)}, accuracy ${percent(accuracy)}, ${seconds(elapsedMs)} s`

const resultJson = (result: BaselineResult) => ({
  name: result.name,
  modalities: result.modalities,
  test_macro_f1: result.macroF1,
  test_macro_f1_no_null: result.macroF1NoNull,
  test_accuracy: result.accuracy,
  test_accuracy_no_null: result.accuracyNoNull,
  elapsed_ms: result.elapsedMs,
})

const resultLines = (results: readonly BaselineResult[], files: readonly string[]): string[] => [
  ...table(
    ['baseline', 'macro F1 no-null', 'macro F1', 'accuracy', 'without Null', 'seconds'],
    results.map((one) => [
      one.name,
      percent(one.macroF1NoNull),
      percent(one.macroF1),
      percent(one.accuracy),
      percent(one.accuracyNoNull),
      seconds(one.elapsedMs),
    ]),
  ),
  ...files.map((file) => `written: ${file}`),
]
