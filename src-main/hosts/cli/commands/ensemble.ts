import { resolve } from 'node:path'
import { Option } from 'commander'
import { AppError } from '#shared/contract/app-error.ts'
import type { EnsembleResult } from '#shared/contract/evaluation.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { percent, table } from '../output.ts'
import { evaluationJson, evaluationLines, findRun, intervalLines, intervalsJson } from './evaluate.ts'
import { findingLines } from './findings.ts'
import { runNames } from './several-runs.ts'

interface EnsembleOptions {
  /** Names of the members, separated by commas. */
  readonly models: string
  readonly weights?: string
  /** Name of a split; `true` for all labelled students. */
  readonly search?: string | true
  readonly name?: string
}

export const ensembleCommand: Declaration = ({ command, run }) =>
  command('ensemble <project>', 'mix the logits of runs into a run of its own, and measure it')
    .requiredOption('--models <names>', 'names of the runs to mix, separated by commas')
    .addOption(new Option('--weights <list>', 'one for each, as .5,.3,.2; equal by default').conflicts('search'))
    .option('--search [split]', 'search the weights on the labelled students of a split; on all without a name')
    .option('--name <name>', 'name of the new run')
    .action(run(ensemble))

/** `ensemble <project> --models a,b [--weights .6,.4 | --search [split]]`: mixes runs into one and measures it. */
async function ensemble(context: CommandContext, project: string, options: EnsembleOptions): Promise<void> {
  const { client, output, signal } = context
  await client.project.open({ folder: resolve(project) })
  const names = runNames(options.models)
  const weights = options.weights === undefined ? null : parseWeights(options.weights, names.length)
  const runIds: number[] = []
  for (const name of names) runIds.push((await findRun(context, name)).id)
  const searchOn = options.search === true ? '' : (options.search ?? null)
  const request = { runIds, weights, searchOn, name: options.name ?? null }
  const made = await client.evaluation.ensemble(request, { signal })
  for (const line of findingLines(made.findings)) output.note(line)
  const figures = await client.evaluation.evaluate({ runId: made.runId })
  if (figures.students === 0) {
    output.note(`No student that ${made.name} predicts has a label: it is made, and not measured.`)
    return output.result({ ensemble: ensembleJson(made) }, ensembleLines(made))
  }
  const intervals = await client.evaluation.intervals({ runId: made.runId }, { signal })
  output.result({ ...evaluationJson(figures), intervals: intervalsJson(intervals), ensemble: ensembleJson(made) }, [
    ...ensembleLines(made),
    '',
    ...evaluationLines(figures),
    '',
    ...intervalLines(intervals),
  ])
}

function parseWeights(text: string, members: number): number[] {
  const weights = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (weights.length === members && weights.every((weight) => Number.isFinite(weight) && weight >= 0)) return weights
  throw new AppError(
    'cli.usage',
    `--weights is "${text}" where ${members} numbers of 0 or more are needed, one for each of --models, as .5,.3,.2.`,
  )
}

const ensembleJson = ({ runId, members, weighting, search, findings }: EnsembleResult) => ({
  run_id: runId,
  members: members.map(({ runId: member, name, weight }) => ({ run_id: member, name, weight })),
  weighting,
  search: search && {
    split: search.split,
    students: search.students,
    tried: search.tried,
    equal_macro_f1_no_null: search.equalMacroF1NoNull,
    best_macro_f1_no_null: search.bestMacroF1NoNull,
  },
  findings,
})

const howWeighed = { equal: 'equal weights', given: 'weights as given', searched: 'weights that were searched for' }

function ensembleLines({ name, members, weighting, search, students }: EnsembleResult): string[] {
  return [
    `${name}: ${students} students, ${howWeighed[weighting]}`,
    ...table(
      ['member', 'weight'],
      members.map((member) => [member.name, member.weight.toFixed(4)]),
    ),
    ...(search === null
      ? []
      : [
          `searched on ${search.students} labelled students${search.split === '' ? '' : ` of ${search.split}`}, ${search.tried} mixtures: ` +
            `macro F1 (no-null) ${percent(search.equalMacroF1NoNull)} with equal weights, ${percent(search.bestMacroF1NoNull)} with these`,
        ]),
  ]
}
