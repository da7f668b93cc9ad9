import type { WeightSpec } from '#main/onnx/architectures/architecture.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { architectureFor } from '#main/onnx/architectures/registry.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'
import { contrastiveLoss } from '../losses/contrastive-loss.ts'
import { focalLoss } from '../losses/focal-loss.ts'
import { add, multiply, scalar, subtract } from '../tape/arithmetic.ts'
import type { DropoutMask } from '../tape/dropout.ts'
import type { Tape, TapeValue } from '../tape/tape.ts'
import { trainingOperators } from '../tape/training-operators.ts'
import { graphNames } from './graph-names.ts'
import { photoModality } from './head-inputs.ts'

/** What one step reads, as values of the loop's body. */
export interface StepInputs {
  /** A modality's rows of this batch, [batch, width]. */
  readonly modality: (name: string) => TapeValue
  readonly mask: (mask: DropoutMask) => TapeValue
  /** Targets of this batch, [batch, classes]. */
  readonly targets: TapeValue
  /** Mixup: the targets to mix in and λ, which weighs the batch's own. */
  readonly mixup: { readonly targets: TapeValue; readonly share: TapeValue } | null
  /** [batch, 1], for the contrastive loss. */
  readonly labels: TapeValue | null
}

export interface LossOptions {
  readonly gamma: number
  readonly contrastive: { readonly weight: number; readonly temperature: number } | null
}

/** Forward and backward of one batch. */
export interface EmittedStep {
  readonly loss: TapeValue
  readonly logits: TapeValue
  /** Parameters that have a gradient, in the state dict's order; the others are never touched. */
  readonly gradients: ReadonlyMap<WeightSpec, { readonly value: TapeValue; readonly gradient: TapeValue }>
  /** Running statistics and their values after this batch. */
  readonly statistics: ReadonlyMap<WeightSpec, TapeValue>
  /** Weights that the forward reads and no step changes. */
  readonly fixed: readonly WeightSpec[]
}

export function emitStep(tape: Tape, config: HeadConfig, inputs: StepInputs, options: LossOptions): EmittedStep {
  const specs = expectedWeights(config)
  const values = new Map<string, TapeValue>()
  const weight = (name: string): TapeValue => {
    const spec = specs.find((one) => one.name === name)!
    const make = (): TapeValue => {
      const inner = graphNames.fixedWeight(name)
      return spec.role === 'parameter' ? tape.variable(inner, spec.shape) : tape.value(inner, spec.shape)
    }
    const value = values.get(name) ?? make()
    values.set(name, value)
    return value
  }
  const operators = trainingOperators(tape, (mask) => inputs.mask(mask))
  const photo = photoModality(config)
  const { logits, auxiliaryLoss } = architectureFor(config).forward(
    {
      operators,
      input: inputs.modality,
      weight,
      scene: photo === null ? null : inputs.modality(photo),
      withoutPeers: 'use-other-scenes',
    },
    config,
  )
  const task = taskLoss(tape, logits, inputs, options.gamma)
  const extra = auxiliaryLoss === null ? task : add(tape, task, auxiliaryLoss())
  const { contrastive } = options
  const contrast = (labels: TapeValue, { weight: share, temperature }: NonNullable<typeof contrastive>): TapeValue =>
    multiply(tape, contrastiveLoss(tape, operators, logits, labels, temperature), scalar(tape, share))
  const loss = contrastive && inputs.labels ? add(tape, extra, contrast(inputs.labels, contrastive)) : extra
  const gradients = tape.gradients(loss)
  const used = specs.filter(({ name }) => values.has(name))
  const trained = used.flatMap((spec) => {
    const value = values.get(spec.name)!
    const gradient = gradients.get(value)
    return gradient === undefined ? [] : [[spec, { value, gradient }] as const]
  })
  const statistics = used
    .filter(({ role }) => role === 'statistic')
    .map((spec) => [spec, statisticAfter(operators, spec)] as const)
  const changing = new Set([...trained, ...statistics].map(([spec]) => spec))
  return {
    loss,
    logits,
    gradients: new Map(trained),
    statistics: new Map(statistics),
    fixed: used.filter((spec) => !changing.has(spec)),
  }
}

/** Mixup mixes labels only: λ · L(y) + (1 − λ) · L(y of other rows). */
function taskLoss(tape: Tape, logits: TapeValue, { targets, mixup }: StepInputs, gamma: number): TapeValue {
  const own = focalLoss(tape, logits, targets, gamma)
  if (mixup === null) return own
  const other = focalLoss(tape, logits, mixup.targets, gamma)
  const rest = subtract(tape, scalar(tape, 1), mixup.share)
  return add(tape, multiply(tape, own, mixup.share), multiply(tape, other, rest))
}

function statisticAfter(operators: ReturnType<typeof trainingOperators>, { name }: WeightSpec): TapeValue {
  const updated = operators.statistics.get(name.slice(0, name.lastIndexOf('.')))!
  return name.endsWith('.running_mean') ? updated.runningMean : updated.runningVariance
}
