import type { ClassWeighting } from './losses/class-weights.ts'
import type { AdamWOptions } from './optimiser/adamw.ts'
import type { SchedulerOptions } from './schedulers.ts'

/** How a head is trained, its architecture and data aside. */
export interface TrainingOptions {
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
  readonly adamW: AdamWOptions
  /** Largest global gradient norm; null leaves gradients as they are. */
  readonly gradientClip: number | null
  readonly focalGamma: number
  readonly labelSmoothing: number
  readonly classWeighting: ClassWeighting | null
  /** α of mixup's Beta(α, α); 0 turns it off. */
  readonly mixupAlpha: number
  readonly contrastive: { readonly weight: number; readonly temperature: number } | null
  readonly scheduler: SchedulerOptions
  /** The class of ambiguous students, or null: then the paper's metric is the plain macro F1. */
  readonly nullIndex: number | null
}
