import type { Architecture } from '../architecture.ts'
import { classifierWeights, classify } from '../parts/classifier.ts'
import { disentangle, disentangleProblem, relationHeadWeights } from '../parts/disentangle.ts'
import { fusedWidth } from '../parts/fused-modalities.ts'
import { gate, gateEntropyLoss, gateFeatures, gateHiddenWidthFromWeights, gateWeights } from '../parts/gate.ts'
import { hiddenWidthFromWeights, project, projectionWeights } from '../parts/projections.ts'
import { disentangledGatedParameters } from './parameters.ts'

/** B: the gated head with the relation split in a private part, which is fused, and a shared one, which only serves the loss. */
export const disentangledGatedFusionClassifier: Architecture<'disentangled_gated_fusion_classifier'> = {
  parameters: disentangledGatedParameters,
  fusedModalities: (config) => config.modalities,
  weights: ({ modalities, classes, parameters: { hiddenDim, gateHiddenDim } }) => {
    const width = fusedWidth(modalities, hiddenDim)
    return [
      ...projectionWeights(modalities, hiddenDim),
      ...relationHeadWeights(hiddenDim),
      ...gateWeights(width, gateHiddenDim, modalities.length),
      ...classifierWeights('classifier', width, hiddenDim, classes),
    ]
  },
  parametersFromWeights: (tensors) => ({ ...hiddenWidthFromWeights(tensors), ...gateHiddenWidthFromWeights(tensors) }),
  problem: ({ modalities, parameters }) => disentangleProblem(modalities, parameters),
  forward: (context, { modalities, parameters }) => {
    const { operators } = context
    const { features, loss } = disentangle(context, modalities, project(context, modalities), parameters)
    const joined = operators.concatenate(features)
    const share = gate(context, joined, parameters)
    const logits = classify(context, 'classifier', gateFeatures(context, joined, share), parameters.dropout)
    const auxiliaryLoss = () => operators.add(gateEntropyLoss(context, share, parameters.entropyWeight), loss())
    return { logits, gate: share, neighbours: null, auxiliaryLoss }
  },
}
