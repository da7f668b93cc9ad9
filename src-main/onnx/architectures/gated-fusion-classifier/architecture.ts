import type { Architecture, HeadContext } from '../architecture.ts'
import type { Modality } from '../config.ts'
import { classifierWeights, classify } from '../parts/classifier.ts'
import { fusedWidth } from '../parts/fused-modalities.ts'
import {
  classPrior,
  gate,
  gateFeatures,
  gateEntropyLoss,
  gateHiddenWidthFromWeights,
  gateWeights,
} from '../parts/gate.ts'
import { linear, linearWeights } from '../parts/layers.ts'
import { hiddenWidthFromWeights, project, projectionWeights } from '../parts/projections.ts'
import { gatedParameters } from './parameters.ts'

/**
 * The gate times each modality's precision max(exp(−log variance), floor), renormalised to sum to 1 (+1e-8):
 * share [n, modalities] → [n, modalities].
 */
function weightByPrecision<Value>(
  context: HeadContext<Value>,
  share: Value,
  modalities: readonly Modality[],
  features: readonly Value[],
  floor: number,
): Value {
  const { operators } = context
  return operators.scope('uncertainty', () => {
    const precisions = modalities.map(({ name }, index) => {
      const logVariance = linear(context, `uncertainty_heads.${name}`, features[index]!)
      return operators.atLeast(operators.exponential(operators.negate(logVariance)), floor)
    })
    const weighted = operators.multiply(share, operators.concatenate(precisions))
    return operators.divide(weighted, operators.add(operators.sumOfRow(weighted), operators.scalar(1e-8)))
  })
}

/** A softmax gate weighs the projections; it may also see a class prior, or weigh by each modality's uncertainty. */
export const gatedFusionClassifier: Architecture<'gated_fusion_classifier'> = {
  parameters: gatedParameters,
  fusedModalities: (config) => config.modalities,
  weights: ({ modalities, classes, parameters }) => {
    const { hiddenDim, gateHiddenDim, classAwareGate, uncertaintyAware } = parameters
    const width = fusedWidth(modalities, hiddenDim)
    return [
      ...projectionWeights(modalities, hiddenDim),
      ...(classAwareGate ? linearWeights('class_prior_head', width, classes) : []),
      ...gateWeights(width + (classAwareGate ? classes : 0), gateHiddenDim, modalities.length),
      ...(uncertaintyAware
        ? modalities.flatMap(({ name }) => linearWeights(`uncertainty_heads.${name}`, hiddenDim, 1))
        : []),
      ...classifierWeights('classifier', width, hiddenDim, classes),
    ]
  },
  parametersFromWeights: (tensors) => ({
    ...hiddenWidthFromWeights(tensors),
    ...gateHiddenWidthFromWeights(tensors),
    classAwareGate: tensors.has('class_prior_head.weight'),
    uncertaintyAware: [...tensors.keys()].some((name) => name.startsWith('uncertainty_heads.')),
  }),
  problem: () => null,
  forward: (context, { modalities, parameters }) => {
    const { operators } = context
    const features = project(context, modalities)
    const joined = operators.concatenate(features)
    const seen = parameters.classAwareGate
      ? operators.concatenate([joined, classPrior(context, joined, parameters.classPriorDetach)])
      : joined
    const plain = gate(context, seen, parameters)
    const share = parameters.uncertaintyAware
      ? weightByPrecision(context, plain, modalities, features, parameters.uncertaintyFloor)
      : plain
    const logits = classify(context, 'classifier', gateFeatures(context, joined, share), parameters.dropout)
    const auxiliaryLoss = () => gateEntropyLoss(context, share, parameters.entropyWeight)
    return { logits, gate: share, neighbours: null, auxiliaryLoss }
  },
}
