import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { buildStepModel } from '#main/training/graph/build-step-model.ts'
import type { StepModel } from '#main/training/graph/build-step-model.ts'
import { graphNames } from '#main/training/graph/graph-names.ts'
import { freshState } from '#main/training/head-state.ts'
import type { HeadState, Values } from '#main/training/head-state.ts'
import { initialWeights } from '#main/training/initial-weights.ts'
import type { AdamWOptions } from '#main/training/optimiser/adamw.ts'
import { momentScale } from '#main/training/optimiser/adamw.ts'
import { planEpoch } from '#main/training/plan-epoch.ts'
import { createRandom, keepMask } from '#main/training/random/random.ts'
import { runSteps } from '#main/training/run-steps.ts'
import type { StepPlan } from '#main/training/run-steps.ts'
import { floatsOf } from '#main/training/training-session.ts'
import type { TrainingSession } from '#main/training/training-session.ts'
import { goldenFolder } from '../../support/heads.ts'
import { columnFeeds, cpuSession, trainingRows } from '../../support/training.ts'

type Betas = AdamWOptions['betas']

const rows = trainingRows(join(goldenFolder, 'features.pkl'), 24)
const batchSize = 12
const { config } = parseHeadConfig(
  {
    name: 'gated_fusion_classifier',
    params: { modalities: ['grouprec', 'convnext'], input_dims: [32, 24], hidden_dim: 16 },
  },
  { file: 'test' },
)
/** Gradients of a fresh head are some tenths long: each step is clipped. */
const gradientClip = 0.05
/** A weight of it that counts: without ρ⁻ᵏ or √κ a step would be another. */
const epsilon = 1e-3
const learningRates = [2e-3, 1e-3, 5e-4]
/** Steps of each run. */
const runs = [3, 1, 4] as const
const epoch = { seed: 43, epoch: 1, rows: 20_000, mixupAlpha: 0, learningRate: 1e-3 }

async function open(betas: Betas, clip: number | null): Promise<{ model: StepModel; session: TrainingSession }> {
  const model = buildStepModel(config, {
    batchSize,
    rows: rows.count,
    gamma: 1.5,
    contrastive: null,
    mixup: false,
    betas,
    gradientClip: clip,
    reportGradientNorms: true,
  })
  return { model, session: await cpuSession(model.bytes) }
}

const feedsOf = (model: StepModel) => columnFeeds(rows, model.modalities, [1, 0.8, 1.3, 0.1, 2], 0.1)

/** What step `step` of the training reads, on its own or as one of a run. */
function stepPlan(model: StepModel, first: number, count: number, learningRate: number): StepPlan {
  const steps = Array.from({ length: count }, (_, index) => first + index)
  const maskOf = (name: string, columns: number, rate: number): Uint8Array =>
    Uint8Array.from(steps.flatMap((step) => [...keepMask(createRandom(name, step), batchSize * columns, rate)]))
  return {
    rows: steps.map((step) => Array.from({ length: batchSize }, (_, row) => (row * 2 + step) % rows.count)),
    mixup: null,
    masks: new Map(model.masks.map(({ name, columns, rate }) => [name, maskOf(name, columns, rate)])),
    learningRate,
  }
}

/** With both betas 0 a run of one step leaves the gradient itself in the first moment; its norm is told beside it. */
let plain: Awaited<ReturnType<typeof open>>
beforeAll(async () => {
  plain = await open([0, 0], null)
})

async function gradientsAt(weights: Values, step: number): Promise<Values> {
  const { session, model } = plain
  const none = { weightDecay: 0, betas: [0, 0] as const, epsilon: 1 }
  const results = await runSteps(session, model, feedsOf(model), freshState(weights), stepPlan(model, step, 1, 0), none)
  const gradients = results.state.firstMoments
  for (const [name, gradient] of gradients) {
    const norm = floatsOf(results.outputs, graphNames.gradientNormOf(name))[0]!
    expect(Math.hypot(...gradient), name).toBeCloseTo(norm, 5)
  }
  return gradients
}

interface PlainMoments {
  readonly first: Float64Array
  readonly second: Float64Array
}

/** torch.optim.AdamW after clip_grad_norm_, value by value in double precision (PyTorch's documentation of both). */
class PlainAdamW {
  readonly weights: Map<string, Float64Array>
  readonly moments = new Map<string, PlainMoments>()
  readonly #options: AdamWOptions
  #steps = 0

  constructor(weights: Values, options: AdamWOptions) {
    this.weights = new Map([...weights].map(([name, values]) => [name, Float64Array.from(values)]))
    this.#options = options
  }

  step(gradients: Values, learningRate: number): void {
    const { weightDecay, epsilon: eps } = this.#options
    const [beta1, beta2] = this.#options.betas
    this.#steps += 1
    const norm = Math.hypot(...[...gradients.values()].map((gradient) => Math.hypot(...gradient)))
    const clip = Math.min(1, gradientClip / (norm + 1e-6))
    expect(clip).toBeLessThan(1)
    for (const [name, gradient] of gradients) {
      const weight = this.weights.get(name)!
      const zeros = (): Float64Array => new Float64Array(weight.length)
      const { first, second } = this.moments.get(name) ?? { first: zeros(), second: zeros() }
      this.moments.set(name, { first, second })
      for (let index = 0; index < weight.length; index += 1) {
        const clipped = clip * gradient[index]!
        weight[index]! *= 1 - learningRate * weightDecay
        first[index] = beta1 * first[index]! + (1 - beta1) * clipped
        second[index] = beta2 * second[index]! + (1 - beta2) * clipped ** 2
        const mean = first[index]! / (1 - beta1 ** this.#steps)
        const square = second[index]! / (1 - beta2 ** this.#steps)
        weight[index]! -= (learningRate * mean) / (Math.sqrt(square) + eps)
      }
    }
  }
}

const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs))

/** Parameter by parameter, against its largest value; a bias before BatchNorm, whose gradient is 0 but for rounding, against the whole. */
function expectClose(actual: Values, expected: (name: string) => Float64Array, relative: number): void {
  const whole = Math.max(...[...actual.keys()].map((name) => largest(expected(name))))
  for (const [name, values] of actual) {
    const wanted = expected(name)
    const error = largest(Float64Array.from(values, (value, index) => value - wanted[index]!))
    expect(error / Math.max(largest(wanted), 1e-3 * whole), name).toBeLessThan(relative)
  }
}

async function trainInRuns(options: AdamWOptions, start: Values): Promise<{ state: HeadState; trained: string[] }> {
  const { model, session } = await open(options.betas, gradientClip)
  let state = freshState(start)
  for (const [index, count] of runs.entries()) {
    const plan = stepPlan(model, state.steps, count, learningRates[index]!)
    const results = await runSteps(session, model, feedsOf(model), state, plan, options)
    state = results.state
  }
  return { state, trained: model.trained.map(({ name }) => name) }
}

describe('runs of several steps, clipped, equal PyTorch’s formula step by step', () => {
  const cases: readonly (readonly [string, Betas, number])[] = [
    ['the usual betas', [0.9, 0.999], 0.9],
    ['β₁ at the last value that moments are scaled by', [0.8, 0.99], 0.8],
    ['β₁ just below it', [0.79, 0.99], 1],
    ['small betas', [0.5, 0.3], 1],
    ['no first moment to speak of', [0, 0.9], 1],
    ['β₂ below β₁²', [0.95, 0.5], 0.95],
  ]

  test.each(cases)('%s: %j', async (_name, betas, rho) => {
    expect(momentScale(betas).rho).toBe(rho)
    const options: AdamWOptions = { weightDecay: 0.05, betas, epsilon }
    const start = initialWeights(config, 43)
    const { state, trained } = await trainInRuns(options, start)
    expect(state.steps).toBe(8)

    const oracle = new PlainAdamW(start, options)
    for (const [index, count] of runs.entries()) {
      for (let step = 0; step < count; step += 1) {
        const now = new Map([...oracle.weights].map(([name, values]) => [name, Float32Array.from(values)]))
        const before = runs.slice(0, index).reduce((sum, steps) => sum + steps, 0)
        oracle.step(await gradientsAt(now, before + step), learningRates[index]!)
      }
    }

    expect(trained.length).toBeGreaterThan(4)
    expect([...oracle.moments.keys()].toSorted()).toEqual(trained.toSorted())
    const ofTrained = new Map(trained.map((name) => [name, state.weights.get(name)!]))
    expectClose(state.firstMoments, (name) => oracle.moments.get(name)!.first, 1e-3)
    expectClose(state.secondMoments, (name) => oracle.moments.get(name)!.second, 1e-3)
    // What the steps changed, not what was there before.
    const change = (values: Values): Values =>
      new Map([...values].map(([name, own]) => [name, own.map((value, at) => value - start.get(name)![at]!)]))
    const wanted = (name: string): Float64Array =>
      oracle.weights.get(name)!.map((value, at) => value - start.get(name)![at]!)
    expectClose(change(ofTrained), wanted, 1e-3)
  })

  test.each([0.9, 0.8])('the longest run that is planned keeps moments in float32, β₁ %f', async (beta1) => {
    const [longest] = [...planEpoch({ ...epoch, batchSize: 2 })]
    const steps = longest!.plan([]).rows.length
    const options: AdamWOptions = { weightDecay: 0.05, betas: [beta1, 0.999], epsilon }
    const { model, session } = await open(options.betas, null)
    const start = freshState(initialWeights(config, 43))
    const plan = stepPlan(model, 0, steps, 1e-3)
    const whole = await runSteps(session, model, feedsOf(model), start, plan, options)
    let state = start
    for (let step = 0; step < steps; step += 1) {
      const results = await runSteps(session, model, feedsOf(model), state, stepPlan(model, step, 1, 1e-3), options)
      state = results.state
    }
    expect(whole.losses.every(Number.isFinite)).toBe(true)
    expectClose(whole.state.weights, (name) => Float64Array.from(state.weights.get(name)!), 5e-3)
  })

  test('the formula of other betas is another: the comparison can fail', async () => {
    const start = initialWeights(config, 43)
    const { state } = await trainInRuns({ weightDecay: 0.05, betas: [0.5, 0.3], epsilon }, start)
    const other = await trainInRuns({ weightDecay: 0.05, betas: [0.79, 0.99], epsilon }, start)
    const moments = (name: string): Float64Array => Float64Array.from(other.state.secondMoments.get(name)!)
    expect(() => expectClose(state.secondMoments, moments, 1e-3)).toThrow()
  })
})
