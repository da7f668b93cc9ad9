import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { evaluateLogits } from '#main/training/evaluate-logits.ts'
import { buildEvaluationModel } from '#main/training/graph/build-evaluation-model.ts'
import { buildStepModel } from '#main/training/graph/build-step-model.ts'
import { graphNames } from '#main/training/graph/graph-names.ts'
import { freshState } from '#main/training/head-state.ts'
import { classWeights, countClasses } from '#main/training/losses/class-weights.ts'
import { runSteps } from '#main/training/run-steps.ts'
import { floatsOf } from '#main/training/training-session.ts'
import { goldenFolder } from '../../support/heads.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { columnFeeds, cpuSession, readTrainingFixture, trainingRows } from '../../support/training.ts'
import type { TrainingFixture } from '../../support/training.ts'
import type { TrainingRows } from '#main/training/evaluate-logits.ts'

/** Runs as many full-batch steps as PyTorch did. */
async function repeatSteps(fixture: TrainingFixture, rows: TrainingRows) {
  const model = buildStepModel(fixture.config, {
    batchSize: rows.count,
    rows: rows.count,
    gamma: fixture.loss.gamma,
    contrastive: null,
    mixup: false,
    betas: [0.9, 0.999],
    gradientClip: fixture.gradientClip,
    reportGradientNorms: true,
  })
  const columns = columnFeeds(rows, model.modalities, fixture.classWeights, fixture.loss.label_smoothing)
  const all = Array.from({ length: rows.count }, (_, row) => row)
  const { lr, weight_decay: weightDecay } = fixture.optimizer
  const results = await runSteps(
    await cpuSession(model.bytes),
    model,
    columns,
    freshState(fixture.weights),
    { rows: fixture.history.map(() => all), mixup: null, masks: new Map(), learningRate: lr },
    { weightDecay, betas: [0.9, 0.999], epsilon: 1e-8 },
  )
  return { model, results, all }
}

async function expectSameTraining(fixture: TrainingFixture, rows: TrainingRows): Promise<void> {
  const counts = countClasses(rows.labels, fixture.config.classes)
  const weights = classWeights(counts, { method: 'log_balanced', beta: 0.999, nullWeightFactor: 0.1 })
  for (const [index, expected] of fixture.classWeights.entries()) expect(weights[index]).toBeCloseTo(expected, 6)
  const { model, results, all } = await repeatSteps(fixture, rows)
  expect(model.trained.map(({ name }) => name).toSorted()).toEqual(Object.keys(fixture.gradientNorms).toSorted())
  for (const [name, expected] of Object.entries(fixture.gradientNorms)) {
    const norm = floatsOf(results.outputs, graphNames.gradientNormOf(name))[0]!
    const allowed = Math.max(1e-6, 1e-4 * expected)
    expect(Math.abs(norm - expected), `gradient of ${name}: ${norm} for ${expected}`).toBeLessThanOrEqual(allowed)
  }
  for (const [step, { loss, grad_norm: norm }] of fixture.history.entries()) {
    const error = Math.abs(results.losses[step]! - loss) / loss
    expect(error, `loss ${step + 1}`).toBeLessThanOrEqual(step < 3 ? 1e-4 : 5e-3)
    if (step < 3) expect(Math.abs(results.gradientNorms[step]! - norm) / norm).toBeLessThanOrEqual(1e-3)
  }
  if (fixture.evaluationLogits === null) return
  const evaluation = buildEvaluationModel(fixture.config)
  const session = await cpuSession(evaluation.bytes)
  const { logits } = await evaluateLogits(session, evaluation, results.state.weights, rows, all)
  for (const [row, expected] of fixture.evaluationLogits.entries()) {
    const actual = [...logits.subarray(row * expected.length, (row + 1) * expected.length)]
    for (const [index, value] of expected.entries()) expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(0.25)
    const [first, second] = expected.toSorted((a, b) => b - a)
    if (first! - second! > 0.25) expect(actual.indexOf(Math.max(...actual))).toBe(expected.indexOf(first!))
  }
}

test.each(['gated', 'b_disentangle', 'c_spatial', 'cross_attention'])(
  'ten full-batch steps equal PyTorch’s: %s',
  async (name) => {
    const rows = trainingRows(join(goldenFolder, 'features.pkl'), 24)
    await expectSameTraining(readTrainingFixture(goldenFolder, `train_${name}`), rows)
  },
)

describe.skipIf(!rafnetFolder)(`twenty steps on the real students (${withoutRafnet} if skipped)`, () => {
  test.each(['mlp_grouprec_convnext', 'gated', 'c_spatial', 'ccsg'])('%s', async (name) => {
    const rows = trainingRows(join(rafnetFolder!, 'features.pkl'), 128)
    const fixture = readTrainingFixture(join(rafnetFolder!, 'training'), `adamw_${name}`)
    expect(fixture.evaluationLogits).toHaveLength(128)
    await expectSameTraining(fixture, rows)
  })
})
