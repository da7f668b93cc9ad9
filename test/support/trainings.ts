import type {
  TrainingCurve,
  TrainingEpoch,
  TrainingInfo,
  TrainingPlan,
  TrainingPreset,
} from '#shared/contract/training.ts'

/** A training as the workbench tells it; two seeds of ten epochs that wait. */
export const trainingInfo = (id: number, change: Partial<TrainingInfo> = {}): TrainingInfo => ({
  id,
  name: `training ${id}`,
  family: 'gated_fusion_classifier',
  modalities: ['grouprec', 'convnext'],
  state: 'queued',
  order: {
    recipe: { kind: 'preset', preset: 'grouprec_convnext_gated_loss_tuned' },
    data: {
      kind: 'project',
      splits: 'made',
      together: 'scene',
      shares: { train: 0.7, val: 0.15, test: 0.15 },
      splitSeed: 41,
      onlyConfirmed: false,
    },
    name: null,
    seeds: [41, 42],
    epochs: 10,
    batchSize: null,
    learningRate: null,
    contrastive: null,
    mixupAlpha: null,
  },
  outputFolder: `/data/lessons.lectern/training/${id}`,
  seeds: [waitingSeed(41), waitingSeed(42)],
  epochs: 10,
  step: null,
  msPerEpoch: null,
  students: { train: 113, val: 24, test: 25 },
  findings: [],
  leakage: null,
  summary: null,
  error: null,
  createdAt: '2026-01-01T08:00:00.000Z',
  endedAt: null,
  modelIds: [],
  ...change,
})

export const waitingSeed = (seed: number): TrainingInfo['seeds'][number] => ({
  seed,
  epochs: 0,
  bestEpoch: 0,
  bestValMacroF1NoNull: 0,
  ended: false,
})

const spread = (values: readonly number[]) => {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length
  return { mean, std: Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length) }
}

/** A training that is over: `val` and `test` macro F1 (no-null) by seed. */
export function doneTraining(
  id: number,
  seeds: Readonly<Record<number, { readonly val: number; readonly test: number }>>,
  change: Partial<TrainingInfo> = {},
): TrainingInfo {
  const rows = Object.entries(seeds).map(([seed, { val, test }]) => ({
    seed: Number(seed),
    bestEpoch: val > 0 ? 7 : 0,
    bestValMacroF1NoNull: val,
    reused: false,
    test: { loss: 0.5, macroF1: test - 5, macroF1NoNull: test, accuracy: test + 2, accuracyNoNull: test + 3 },
  }))
  const of = (figure: 'loss' | 'macroF1' | 'macroF1NoNull' | 'accuracy' | 'accuracyNoNull') =>
    spread(rows.map((row) => row.test[figure]))
  return trainingInfo(id, {
    state: 'done',
    seeds: rows.map(({ seed }) => ({ ...waitingSeed(seed), epochs: 10, bestEpoch: 7, ended: true })),
    summary: {
      model: `training ${id}`,
      family: 'gated_fusion_classifier',
      outputFolder: `/data/lessons.lectern/training/${id}`,
      seeds: rows,
      test: {
        macroF1NoNull: of('macroF1NoNull'),
        macroF1: of('macroF1'),
        accuracy: of('accuracy'),
        accuracyNoNull: of('accuracyNoNull'),
        loss: of('loss'),
      },
      findings: [],
      leakage: null,
      files: [],
    },
    ...change,
  })
}

export const trainingEpoch = (epoch: number, f1: number, learningRate = 0.001): TrainingEpoch => ({
  epoch,
  learningRate,
  train: { loss: 1 / epoch, accuracy: 50 },
  val: { loss: 2 / epoch, macroF1: f1 - 5, macroF1NoNull: f1, accuracy: f1, accuracyNoNull: f1 },
})

/** A curve by its val macro F1 (no-null), epoch after epoch. */
export const trainingCurve = (seed: number, f1s: readonly number[]): TrainingCurve => ({
  seed,
  records: f1s.map((f1, at) => trainingEpoch(at + 1, f1)),
})

export const trainingPlan = (change: Partial<TrainingPlan> = {}): TrainingPlan => ({
  model: 'grouprec_convnext_gated_loss_tuned',
  family: 'gated_fusion_classifier',
  modalities: ['grouprec', 'convnext'],
  splits: {
    train: { scenes: 3, students: 113, classCounts: [12, 40, 41, 14, 6] },
    val: { scenes: 1, students: 24, classCounts: [3, 10, 9, 2, 0] },
    test: { scenes: 1, students: 25, classCounts: [4, 9, 10, 1, 1] },
  },
  omitted: [],
  findings: [],
  leakage: null,
  ties: { scenes: 0, groups: 0, notCompared: 0 },
  problem: null,
  ...change,
})

const preset = (name: string, family: string, modalities: readonly string[], lossTuned = true): TrainingPreset => ({
  name,
  family,
  modalities,
  lossTuned,
  contrastive: name.includes('supcon') ? { weight: 0.05, temperature: 0.2 } : null,
})

export const somePresets: readonly TrainingPreset[] = [
  preset('convnext_only', 'multimodal_classifier', ['convnext'], false),
  preset('convnext_only_loss_tuned', 'multimodal_classifier', ['convnext']),
  preset('grouprec_vit_loss_tuned', 'multimodal_classifier', ['grouprec', 'vit']),
  preset('grouprec_convnext_gated_c_spatial_graph_loss_tuned', 'context_graph_fusion_classifier', [
    'grouprec',
    'convnext',
    'bbox_ctx',
    'img_uid',
  ]),
  preset('grouprec_convnext_gated_d_supcon_loss_tuned', 'gated_fusion_classifier', ['grouprec', 'convnext']),
]
