import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { AppError } from '#shared/contract/app-error.ts'
import { usualContrast } from '#shared/contract/training.ts'
import type { ContrastiveLoss, TrainingOrder, TrainingPlan, TrainingRecipe } from '#shared/contract/training.ts'
import type { CommandContext } from '../command.ts'
import { table } from '../output.ts'
import { defaultRecipe } from './default-recipe.ts'
import { findingLines, omissionLines } from './findings.ts'
import { followTraining } from './follow-training.ts'
import type { TrainOptions } from './train.ts'
import { parseSeeds, summaryJson, summaryLines } from './training-lines.ts'

/** How a project's students are split, as commander gives it. */
export interface SplitOptions {
  readonly splits: 'made' | 'imported'
  readonly together: 'scene' | 'room' | 'date'
  readonly shares: string
  readonly splitSeed: string
  readonly onlyConfirmed?: boolean
}

export const splitOptions = (command: Command): Command =>
  command
    .addOption(new Option('--splits <which>', "the project's").choices(['made', 'imported']).default('made'))
    .addOption(
      new Option('--together <what>', 'what never lies on two sides of a made split')
        .choices(['scene', 'room', 'date'])
        .default('scene'),
    )
    .option('--shares <train,val,test>', 'shares of the students', '70,15,15')
    .option('--split-seed <n>', 'another seed makes another split', '41')
    .option('--only-confirmed', 'leave out labels that were only imported')

/** What `train <project>` takes, as commander gives it. */
export interface TrainProjectOptions extends TrainOptions, SplitOptions {
  readonly preset?: string
  readonly head?: string
  readonly modalities?: string
  readonly spatial?: boolean
  readonly epochs?: string
  readonly batchSize?: string
  readonly learningRate?: string
  readonly contrastive?: string
  readonly mixup?: string
  readonly name?: string
  readonly adopt?: boolean
  readonly plan?: boolean
}

type Data = Extract<TrainingOrder['data'], { kind: 'project' }>

/** `train <project>`: trains on the project's labels through its queue; interrupted, it is paused and can go on. */
export async function trainProject(
  context: CommandContext,
  project: string,
  options: TrainProjectOptions,
): Promise<void> {
  const { client, output, signal } = context
  const summary = await client.project.open({ folder: resolve(project) })
  if (options.resume !== undefined) {
    const trainingId = wholeNumber(options.resume === true ? '' : String(options.resume), '--resume')
    await client.training.resume({ trainingId })
    return finish(context, project, trainingId, options)
  }
  const data = dataOf(options)
  const recipe = chosenRecipe(options) ?? (await defaultRecipe(client, summary, data))
  const batchSize = numberOrNull(options.batchSize, '--batch-size')
  const order = {
    recipe,
    data,
    batchSize,
    name: options.name ?? null,
    seeds: options.seeds === undefined ? null : parseSeeds(options.seeds),
    epochs: numberOrNull(options.epochs, '--epochs'),
    learningRate: options.learningRate === undefined ? null : positive(options.learningRate, '--learning-rate'),
    contrastive: options.contrastive === undefined ? null : contrastiveOf(options.contrastive),
    mixupAlpha: options.mixup === undefined ? null : within(options.mixup, '--mixup', 0, 10),
  }
  if (options.plan) {
    const plan = await client.training.plan({ recipe, data, batchSize }, { signal })
    output.result(planJson(plan), planLines(plan))
    return
  }
  const { id } = await client.training.enqueue(order, { signal })
  return finish(context, project, id, options)
}

async function finish(
  context: CommandContext,
  project: string,
  trainingId: number,
  options: TrainProjectOptions,
): Promise<void> {
  const { client, output, signal } = context
  const info = await followTraining(context, project, trainingId)
  const { summary, state, students } = info
  if (summary === null) throw new AppError('training.ended-early', `Training ${trainingId} ended without a result.`)
  const models = options.adopt ? await client.training.adopt({ trainingId }, { signal }) : []
  output.result(
    {
      ...summaryJson({ ...summary, findings: info.findings }),
      training_id: trainingId,
      state,
      students,
      models: models.map(({ id, name }) => ({ id, name })),
    },
    [
      ...summaryLines(summary),
      ...(state === 'stopped' ? ['ended before its last epoch'] : []),
      ...models.map(({ name }) => `model and run "${name}" are in the project`),
    ],
  )
}

export function dataOf(options: SplitOptions): Data {
  const { splits, together, onlyConfirmed = false } = options
  return {
    kind: 'project',
    splits,
    together,
    onlyConfirmed,
    shares: sharesOf(options.shares),
    splitSeed: wholeNumber(options.splitSeed, '--split-seed', 0),
  }
}

/** What the options ask for; null leaves it to what the project has. */
function chosenRecipe(options: TrainProjectOptions): TrainingRecipe | null {
  const { preset, head, config, modalities, spatial = false } = options
  const named = [preset, head, config].filter((one) => one !== undefined)
  if (named.length > 1) throw usage('Choose one of --preset, --head and --config.')
  if (head === undefined && (modalities !== undefined || spatial)) {
    throw usage('--modalities and --spatial belong to --head <family>.')
  }
  if (preset !== undefined) return { kind: 'preset', preset }
  if (config !== undefined) return { kind: 'config', config: resolve(config), root: resolve(options.root ?? '.') }
  if (head === undefined) return null
  const names = (modalities ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
  if (names.length === 0) throw usage('--head needs --modalities, as grouprec,convnext.')
  return { kind: 'head', family: head, modalities: names, spatial, lossTuned: true }
}

const usage = (sentence: string): AppError => new AppError('cli.usage', sentence)

function sharesOf(text: string): { train: number; val: number; test: number } {
  const shares = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const [train, val, test] = shares
  if (shares.length === 3 && shares.every((share) => Number.isFinite(share) && share > 0)) {
    // As the interface gives them, so that 70,15,15 is told as the same data.
    const total = train! + val! + test!
    return { train: train! / total, val: val! / total, test: test! / total }
  }
  throw usage(`--shares is "${text}" where three numbers above 0 for train, val and test are needed, as 70,15,15.`)
}

export function wholeNumber(text: string, option: string, least = 1): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= least) return value
  throw usage(`${option} is "${text}" where a whole number of at least ${least} is needed.`)
}

const numberOrNull = (text: string | undefined, option: string): number | null =>
  text === undefined ? null : wholeNumber(text, option)

function positive(text: string, option: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw usage(`${option} is "${text}" where a number above 0 is needed.`)
}

/** `0.05` or `0.05,0.2`: weight, then temperature. */
function contrastiveOf(text: string): ContrastiveLoss {
  const [weight = '', temperature = String(usualContrast.temperature), ...more] = text.split(',')
  if (more.length > 0)
    throw usage(`--contrastive is "${text}" where a weight and a temperature are needed, as 0.05,0.2.`)
  return {
    weight: within(weight, 'The weight of --contrastive', 0, 10),
    temperature: within(temperature, 'The temperature of --contrastive', 0.01, 10),
  }
}

function within(text: string, option: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= least && value <= most) return value
  throw usage(`${option} is "${text}" where a number from ${least} to ${most} is needed.`)
}

export const planJson = (plan: TrainingPlan) => ({
  model: plan.model,
  family: plan.family,
  modalities: plan.modalities,
  splits: Object.fromEntries(
    Object.entries(plan.splits).map(([name, { scenes, students, classCounts }]) => [
      name,
      { scenes, students, class_counts: classCounts },
    ]),
  ),
  omitted: plan.omitted,
  problem: plan.problem,
  lectern: { leakage: plan.leakage, ties: plan.ties, findings: plan.findings },
})

function tieLines(ties: TrainingPlan['ties']): string[] {
  const { scenes = 0, groups = 0, notCompared = 0 } = ties ?? {}
  return [
    ...(scenes > 0
      ? [`${scenes} scenes that are copies or look alike kept together in ${count(groups, 'group')}`]
      : []),
    ...(notCompared > 0 ? [`${count(notCompared, 'photo')} not compared yet: that happens before the training`] : []),
  ]
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

function planLines({ model, family, modalities, splits, omitted, findings, ties, problem }: TrainingPlan): string[] {
  const rows = Object.entries(splits).map(([name, split]) => [
    name,
    String(split.scenes),
    String(split.students),
    split.classCounts.join(' '),
  ])
  return [
    `${model} (${family}) on ${modalities.join(', ')}`,
    ...table(['split', 'scenes', 'students', 'by class'], rows),
    ...tieLines(ties),
    ...omissionLines(omitted),
    ...findingLines(findings),
    ...(problem === null ? [] : [`cannot be trained: ${problem.code}: ${problem.message}`]),
  ]
}
