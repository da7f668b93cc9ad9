import type { HeadContext, WeightSpec } from '../architecture.ts'
import type { Modality } from '../config.ts'
import { flagParameter, inTraining, nameParameter, numberParameter } from '../parameter.ts'
import { linear, linearWeights } from './layers.ts'

/** Options of the disentangling families; the weight of the orthogonality term differs between B (0.01) and B+C (0.02). */
export const disentangleParameters = {
  relationModality: nameParameter('relation_modality', 'grouprec'),
  appearanceModality: inTraining(nameParameter('appearance_modality', 'convnext')),
  disentangleAlignWeight: inTraining(numberParameter('disentangle_align_weight', 0.01)),
  alignDetachAppearance: inTraining(flagParameter('align_detach_appearance', true)),
} as const

interface DisentangleOptions {
  readonly relationModality: string
  readonly appearanceModality: string
  readonly disentangleOrthoWeight: number
  readonly disentangleAlignWeight: number
  readonly alignDetachAppearance: boolean
}

export const relationHeadWeights = (hidden: number): WeightSpec[] => [
  ...linearWeights('relation_private_head', hidden, hidden),
  ...linearWeights('relation_shared_head', hidden, hidden),
]

/** Why the named modalities cannot be disentangled; null where they can. */
export function disentangleProblem(fused: readonly Modality[], options: DisentangleOptions): string | null {
  const names = fused.map(({ name }) => name)
  if (!names.includes(options.relationModality))
    return `relation_modality ${options.relationModality} is not among them`
  if (!names.includes(options.appearanceModality))
    return `appearance_modality ${options.appearanceModality} is not among them`
  return null
}

/** The projections with the relation's replaced by its private part, and the loss that keeps private and shared apart. */
export function disentangle<Value>(
  context: HeadContext<Value>,
  fused: readonly Modality[],
  projected: readonly Value[],
  options: DisentangleOptions,
): { readonly features: readonly Value[]; readonly loss: () => Value } {
  const position = (modality: string): number => fused.findIndex(({ name }) => name === modality)
  const relation = position(options.relationModality)
  const base = projected[relation]!
  const relationPrivate = linear(context, 'relation_private_head', base)
  const features = projected.with(relation, relationPrivate)
  const appearance = features[position(options.appearanceModality)]!
  return {
    features,
    loss: () => {
      const shared = linear(context, 'relation_shared_head', base)
      return disentangleLoss(context, { relationPrivate, shared, appearance }, options)
    },
  }
}

/** ortho · mean|cos(private, shared)| + align · mean((shared − appearance)²), a scalar. */
function disentangleLoss<Value>(
  context: HeadContext<Value>,
  parts: { readonly relationPrivate: Value; readonly shared: Value; readonly appearance: Value },
  options: DisentangleOptions,
): Value {
  const { operators } = context
  const unit = (x: Value): Value => operators.divide(x, operators.atLeast(operators.normOfRow(x), 1e-12))
  return operators.scope('disentangle', () => {
    const cosine = operators.sumOfRow(operators.multiply(unit(parts.relationPrivate), unit(parts.shared)))
    const target = options.alignDetachAppearance ? operators.detach(parts.appearance) : parts.appearance
    const difference = operators.subtract(parts.shared, target)
    return operators.add(
      operators.multiply(operators.mean(operators.absolute(cosine)), operators.scalar(options.disentangleOrthoWeight)),
      operators.multiply(
        operators.mean(operators.multiply(difference, difference)),
        operators.scalar(options.disentangleAlignWeight),
      ),
    )
  })
}
