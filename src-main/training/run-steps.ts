import type { StepModel } from './graph/build-step-model.ts'
import { graphNames } from './graph/graph-names.ts'
import type { HeadState, Values } from './head-state.ts'
import { adamWSchedule, finalScales, scheduleEntries } from './optimiser/adamw.ts'
import type { AdamWOptions, AdamWSchedule } from './optimiser/adamw.ts'
import { booleans, floats, floatsOf, integers } from './training-session.ts'
import type { SessionTensor, SessionTensors, TrainingSession } from './training-session.ts'

/** What each step of one run does. */
export interface StepPlan {
  /** Rows of each step, [steps][batch]. */
  readonly rows: readonly (readonly number[])[]
  /** Mixup: whose labels each row takes in, and the weight of its own, per step; null without. */
  readonly mixup: { readonly rows: readonly (readonly number[])[]; readonly shares: readonly number[] } | null
  /** Booleans of each dropout layer, [steps, batch, columns]. */
  readonly masks: ReadonlyMap<string, Uint8Array>
  readonly learningRate: number
}

export interface StepResults {
  readonly state: HeadState
  /** [steps] */
  readonly losses: Float32Array
  /** Global norm before clipping, [steps]. */
  readonly gradientNorms: Float32Array
  /** [steps, batch, classes] */
  readonly logits: Float32Array
  /** Everything the graph put out. */
  readonly outputs: ReadonlyMap<string, SessionTensor>
}

/** Runs some steps in one go. `columns` are the inputs that stay the same: modalities, targets, labels. */
export async function runSteps(
  session: TrainingSession,
  model: StepModel,
  columns: SessionTensors,
  state: HeadState,
  plan: StepPlan,
  adamW: AdamWOptions,
): Promise<StepResults> {
  const outputs = await session.run({
    ...columns,
    ...planFeeds(model, state.steps, plan, adamW),
    ...stateFeeds(model, state),
  })
  return {
    state: stateAfter(model, state, outputs, plan.rows.length),
    losses: floatsOf(outputs, graphNames.loss),
    gradientNorms: floatsOf(outputs, graphNames.gradientNorm),
    logits: floatsOf(outputs, graphNames.logits),
    outputs,
  }
}

function planFeeds(model: StepModel, stepsBefore: number, plan: StepPlan, adamW: AdamWOptions): SessionTensors {
  const steps = plan.rows.length
  const batch = plan.rows[0]!.length
  const schedule = plan.rows.map((_rows, index) =>
    adamWSchedule(adamW, plan.learningRate, stepsBefore + index + 1, index + 1),
  )
  const entry = (name: keyof AdamWSchedule<number>) => [
    graphNames.schedule(name),
    floats(
      Float32Array.from(schedule, (row) => row[name]),
      [steps],
    ),
  ]
  const { first, second } = finalScales(adamW.betas, steps)
  const masks = model.masks.map(({ name, columns }) => [
    graphNames.mask(name),
    booleans(plan.masks.get(name)!, [steps, batch, columns]),
  ])
  return {
    [graphNames.steps]: integers([steps], []),
    [graphNames.rows]: integers(plan.rows.flat(), [steps, batch]),
    [graphNames.finalScale('first')]: floats(Float32Array.of(first), []),
    [graphNames.finalScale('second')]: floats(Float32Array.of(second), []),
    ...(plan.mixup ? mixupFeeds(plan.mixup, batch) : {}),
    ...(Object.fromEntries([...scheduleEntries.map(entry), ...masks]) as SessionTensors),
  }
}

const mixupFeeds = ({ rows, shares }: NonNullable<StepPlan['mixup']>, batch: number): SessionTensors => ({
  [graphNames.mixedRows]: integers(rows.flat(), [rows.length, batch]),
  [graphNames.mixupShare]: floats(Float32Array.from(shares), [shares.length]),
})

function stateFeeds(model: StepModel, state: HeadState): SessionTensors {
  const feeds: Record<string, SessionTensor> = {}
  const moment = (values: Values, name: string, size: number): Float32Array =>
    values.get(name) ?? new Float32Array(size)
  for (const { name, shape } of model.trained) {
    const weight = state.weights.get(name)!
    feeds[graphNames.weight(name)] = floats(weight, shape)
    feeds[graphNames.firstMoment(name)] = floats(moment(state.firstMoments, name, weight.length), shape)
    feeds[graphNames.secondMoment(name)] = floats(moment(state.secondMoments, name, weight.length), shape)
  }
  for (const { name, shape } of model.statistics)
    feeds[graphNames.weight(name)] = floats(state.weights.get(name)!, shape)
  for (const { name, shape } of model.fixed)
    feeds[graphNames.fixedWeight(name)] = floats(state.weights.get(name)!, shape)
  return feeds
}

function stateAfter(
  model: StepModel,
  before: HeadState,
  outputs: ReadonlyMap<string, SessionTensor>,
  steps: number,
): HeadState {
  const after = (outer: string): Float32Array => floatsOf(outputs, graphNames.after(outer))
  const weights = new Map(before.weights)
  const firstMoments = new Map<string, Float32Array>()
  const secondMoments = new Map<string, Float32Array>()
  for (const { name } of [...model.trained, ...model.statistics]) weights.set(name, after(graphNames.weight(name)))
  for (const { name } of model.trained) {
    firstMoments.set(name, after(graphNames.firstMoment(name)))
    secondMoments.set(name, after(graphNames.secondMoment(name)))
  }
  return { weights, firstMoments, secondMoments, steps: before.steps + steps }
}
