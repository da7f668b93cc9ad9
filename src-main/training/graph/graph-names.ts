import type { AdamWSchedule } from '../optimiser/adamw.ts'

/** Names of the training graph's inputs and outputs; prefixes keep them apart from each other and from the body's own. */
export const graphNames = {
  /** Number of steps of a run, int64 scalar. */
  steps: 'steps',
  /** Rows of each step, int64 [steps, batch]. */
  rows: 'rows',
  /** Rows whose labels are mixed in, int64 [steps, batch]. */
  mixedRows: 'mixed_rows',
  /** Of `AdamWSchedule`, each float32 [steps]. */
  schedule: (entry: keyof AdamWSchedule<never>): string => `schedule/${entry}`,
  /** Mixup's λ, float32 [steps]. */
  mixupShare: 'mixup_share',
  /** See `finalScales`, each a float32 scalar. */
  finalScale: (moment: 'first' | 'second'): string => `final_scale/${moment}`,
  /** [rows, classes], see `smoothedTargets`. */
  targets: 'targets',
  /** float32 [rows, 1] */
  labels: 'labels',
  modality: (name: string): string => `input/${name}`,
  /** Booleans [steps, batch, columns]. */
  mask: (name: string): string => `mask/${name}`,
  weight: (name: string): string => `weight/${name}`,
  /** A weight that no step changes. */
  fixedWeight: (name: string): string => `step/${name}`,
  firstMoment: (name: string): string => `first_moment/${name}`,
  secondMoment: (name: string): string => `second_moment/${name}`,
  /** What a carried input is after the last step. */
  after: (name: string): string => `after/${name}`,
  loss: 'loss',
  gradientNorm: 'gradient_norm',
  gradientNormOf: (name: string): string => `gradient_norm/${name}`,
  logits: 'logits',
  auxiliaryLoss: 'auxiliary_loss',
  scene: 'scene',
} as const
