import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { evaluateSplit } from '#main/training/evaluate-split.ts'
import { initialWeights } from '#main/training/initial-weights.ts'
import { prepareTraining } from '#main/training/prepare-training.ts'
import { trainSeed } from '#main/training/train-seed.ts'
import type { SeedEvent, SeedRequest, SeedResult } from '#main/training/train-seed.ts'
import type { TrainingOptions } from '#main/training/training-options.ts'
import { decodeTrainingState, encodeTrainingState } from '#main/training/training-state.ts'
import type { TrainingState } from '#main/training/training-state.ts'
import { thrownAppError } from '../../support/app-error.ts'
import { goldenFolder } from '../../support/heads.ts'
import { cpuSession, trainingRows } from '../../support/training.ts'

const options: TrainingOptions = {
  epochs: 4,
  batchSize: 10,
  learningRate: 3e-3,
  adamW: { weightDecay: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8 },
  gradientClip: 1,
  focalGamma: 1.5,
  labelSmoothing: 0.1,
  classWeighting: { method: 'log_balanced', beta: 0.999, nullWeightFactor: 0.1 },
  mixupAlpha: 0,
  contrastive: null,
  scheduler: { kind: 'plateau', mode: 'max', factor: 0.5, patience: 10 },
  nullIndex: 3,
}

const spatial = { modalities: ['grouprec', 'convnext', 'bbox_ctx', 'img_uid'], input_dims: [32, 24, 4, 1] }
const plain = { modalities: ['grouprec', 'convnext'], input_dims: [32, 24] }
const families: Readonly<
  Record<string, { readonly name: string; readonly params: Readonly<Record<string, unknown>> }>
> = {
  MLP: { name: 'multimodal_classifier', params: plain },
  'gated, class-aware and uncertain': {
    name: 'gated_fusion_classifier',
    params: { ...plain, class_aware_gate: true, uncertainty_aware: true },
  },
  B: { name: 'disentangled_gated_fusion_classifier', params: plain },
  'C by cosine': { name: 'context_graph_fusion_classifier', params: plain },
  'C+Spatial': { name: 'context_graph_fusion_classifier', params: spatial },
  'B+C': { name: 'disentangled_spatial_graph_fusion_classifier', params: spatial },
  CCSG: { name: 'class_conditioned_spatial_gated_fusion_classifier', params: spatial },
  'cross-attention': { name: 'cross_attention_fusion_classifier', params: { ...plain, d_model: 16 } },
}

function requestFor(family: string, change: Partial<TrainingOptions> = {}): SeedRequest {
  const { name, params } = families[family]!
  const hidden = name.startsWith('cross') ? {} : { hidden_dim: 16 }
  const { config } = parseHeadConfig({ name, params: { ...params, ...hidden } }, { file: 'test' })
  const all = trainingRows(join(goldenFolder, 'features.pkl'))
  const first = trainingRows(join(goldenFolder, 'features.pkl'), 19)
  return {
    config,
    options: { ...options, ...change },
    splits: { train: all, val: first, test: all },
    seed: 43,
    state: null,
  }
}

interface Trained {
  readonly result: SeedResult
  readonly events: readonly SeedEvent[]
  readonly states: readonly TrainingState[]
}

/** A training that has a result: whole, or ended early after an epoch. */
async function train(request: SeedRequest, signal = new AbortController().signal): Promise<Trained> {
  const { result, ...events } = await follow(request, signal)
  if (result === null) throw new Error('it ended before its first epoch')
  return { result, ...events }
}

async function follow(request: SeedRequest, signal = new AbortController().signal) {
  const prepared = await prepareTraining(request.config, request.options, request.splits, cpuSession)
  const events: SeedEvent[] = []
  const training = trainSeed(prepared, request, signal)
  for (;;) {
    const next = await training.next()
    if (next.done) {
      const states = events.flatMap((event) => (event.kind === 'epoch' ? [event.state] : []))
      return { result: next.value, events, states }
    }
    events.push(next.value)
  }
}

const lossesOf = ({ result }: Trained): number[] => result.history.map(({ train: { loss } }) => loss)

test.each(Object.keys(families))('%s learns the golden students', async (family) => {
  const trained = await train(requestFor(family, { epochs: 12 }))
  const losses = lossesOf(trained)
  expect(losses).toHaveLength(12)
  expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!)
  expect(trained.result.bestEpoch).toBeGreaterThan(0)
  expect(trained.result.bestMetric).toBe(Math.max(...trained.result.history.map(({ val }) => val.macroF1NoNull)))
  expect(trained.result.test.accuracy).toBeGreaterThan(40)
})

test('the same seed gives the same numbers to the last bit, another seed others', async () => {
  const request = requestFor('C+Spatial', { mixupAlpha: 0.2, contrastive: { weight: 0.05, temperature: 0.2 } })
  const [one, two] = [await train(request), await train(request)]
  expect(two.result.history).toEqual(one.result.history)
  expect(two.result.weights).toEqual(one.result.weights)
  const other = await train({ ...request, seed: 44 })
  expect(lossesOf(other)).not.toEqual(lossesOf(one))
})

const origin = { fingerprint: 'print', versions: ['0.1.0', '0.2.0'] }

test('a training that goes on from its state file ends where the whole one does', async () => {
  const request = requestFor('CCSG')
  const whole = await train(request)
  const bytes = Buffer.concat(encodeTrainingState(whole.states[1]!, origin))
  const { state, versions } = decodeTrainingState(bytes, 'print', 'state')!
  expect(versions).toEqual(origin.versions)
  const rest = await train({ ...request, state })
  expect(rest.events.filter(({ kind }) => kind === 'epoch')).toHaveLength(2)
  expect(rest.result).toEqual(whole.result)
})

test('a state of another training is not taken, a damaged one is refused', async () => {
  const { states } = await train(requestFor('MLP', { epochs: 1 }))
  const bytes = Buffer.concat(encodeTrainingState(states[0]!, origin))
  expect(decodeTrainingState(bytes, 'other', 'state')).toBeNull()
  for (const damaged of [
    bytes.subarray(0, 5),
    bytes.subarray(0, -4),
    Buffer.from('no state at all, but long enough'),
  ]) {
    expect(thrownAppError(() => decodeTrainingState(damaged, 'print', 'state')).code).toBe('training.state-damaged')
  }
})

test('ended early, it tests the best of the epochs that are complete', async () => {
  const request = requestFor('MLP', { epochs: 6 })
  const whole = await train(request)
  const after = await train({ ...request, endsEarly: (epochs) => epochs === 3 })
  expect(after.result.history).toEqual(whole.result.history.slice(0, 3))
  const best = Math.max(...after.result.history.map(({ val }) => val.macroF1NoNull))
  expect(after.result.bestMetric).toBe(best)
  // Asked in the middle of the fourth epoch, it drops what that one did.
  let asked = 0
  const between = await train({ ...request, endsEarly: (epochs) => epochs === 3 && ++asked > 1 })
  expect(between.result).toEqual(after.result)
})

test('ended before its first epoch it has nothing to test', async () => {
  const { result, events } = await follow({ ...requestFor('MLP'), endsEarly: () => true })
  expect(result).toBeNull()
  expect(events).toEqual([])
})

test('it stops between two runs when it is cancelled', async () => {
  const controller = new AbortController()
  controller.abort(new Error('enough'))
  await expect(train(requestFor('MLP'), controller.signal)).rejects.toThrow('enough')
})

test('a rate that blows the weights up is told by name', async () => {
  const request = requestFor('cross-attention', { learningRate: 1e30, epochs: 3 })
  await expect(train(request)).rejects.toMatchObject({ code: 'training.diverged', details: { seed: 43 } })
})

test('weights that the very last step blows up are told, too: figures of NaN logits are none', async () => {
  const request = requestFor('MLP', { learningRate: 1e30, epochs: 1, batchSize: 27 })
  await expect(train(request)).rejects.toMatchObject({ code: 'training.diverged', details: { epoch: 1 } })
})

test('weights start in PyTorch’s ranges, norms at 1 and 0, and differ by seed', () => {
  const { config } = requestFor('MLP')
  const weights = initialWeights(config, 43)
  const projection = weights.get('projections.grouprec.weight')!
  const largest = projection.reduce((high, value) => Math.max(high, Math.abs(value)), 0)
  expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(32))
  expect(largest).toBeGreaterThan(0.95 / Math.sqrt(32))
  expect([...weights.get('fusion.1.weight')!].every((value) => value === 1)).toBe(true)
  expect(weights.has('fusion.1.num_batches_tracked')).toBe(false)
  expect(initialWeights(config, 44).get('projections.grouprec.weight')).not.toEqual(projection)
})

test('a detached class prior is left exactly as it started', async () => {
  const request = requestFor('CCSG', { epochs: 2 })
  const { states } = await train(request)
  const start = initialWeights(request.config, request.seed)
  for (const name of ['class_prior_head.weight', 'context_token_head.0.weight']) {
    expect(states[1]!.head.weights.get(name)).toEqual(start.get(name))
  }
  expect(states[1]!.head.weights.get('gate_fc1.weight')).not.toEqual(start.get('gate_fc1.weight'))
})

test('running statistics follow the batches, unbiased, with momentum 0.1', async () => {
  const { states } = await train(requestFor('MLP', { epochs: 1 }))
  const variance = states[0]!.head.weights.get('fusion.1.running_var')!
  expect(states[0]!.head.steps).toBe(3)
  // Three steps leave 0.9³ of the starting 1.
  expect(variance.every((value) => value > 0.729)).toBe(true)
  expect(states[0]!.head.weights.get('fusion.1.running_mean')!.some((value) => value !== 0)).toBe(true)
})

test('a graph head is evaluated photo by photo: the order of rows does not matter', async () => {
  const request = requestFor('C+Spatial')
  const prepared = await prepareTraining(request.config, request.options, request.splits, cpuSession)
  const { session, model } = prepared.evaluation
  const weights = initialWeights(request.config, 43)
  const rows = request.splits.test
  const order = Array.from({ length: rows.count }, (_, row) => (row * 5) % rows.count)
  const shuffled = {
    count: rows.count,
    labels: Int32Array.from(order, (row) => rows.labels[row]!),
    scenes: Int32Array.from(order, (row) => rows.scenes[row]!),
    columns: new Map(
      [...rows.columns].map(([name, { width, values }]) => [
        name,
        {
          width,
          values: Float32Array.from(order.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)])),
        },
      ]),
    ),
  }
  const targets = prepared.targets.test
  const moved = Float32Array.from(order.flatMap((row) => [...targets.subarray(row * 5, row * 5 + 5)]))
  const split = { gamma: 1.5, batchSize: 10, nullIndex: 3 }
  const one = await evaluateSplit(session, model, request.config, weights, rows, targets, split)
  const two = await evaluateSplit(session, model, request.config, weights, shuffled, moved, split)
  expect(two.confusion).toEqual(one.confusion)
  expect(two.loss).toBeCloseTo(one.loss, 5)
})
