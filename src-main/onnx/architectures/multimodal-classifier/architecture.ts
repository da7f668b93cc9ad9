import type { Architecture } from '../architecture.ts'
import { classifierWeights, classify } from '../parts/classifier.ts'
import { fusedWidth } from '../parts/fused-modalities.ts'
import { hiddenWidthFromWeights, project, projectionWeights } from '../parts/projections.ts'
import { multimodalParameters } from './parameters.ts'

/** The MLP head: the projections side by side, then the classifier under the name `fusion`. */
export const multimodalClassifier: Architecture<'multimodal_classifier'> = {
  parameters: multimodalParameters,
  fusedModalities: (config) => config.modalities,
  weights: ({ modalities, classes, parameters: { hiddenDim } }) => [
    ...projectionWeights(modalities, hiddenDim),
    ...classifierWeights('fusion', fusedWidth(modalities, hiddenDim), hiddenDim, classes),
  ],
  parametersFromWeights: hiddenWidthFromWeights,
  problem: () => null,
  forward: (context, { modalities, parameters }) => {
    const joined = context.operators.concatenate(project(context, modalities))
    const logits = classify(context, 'fusion', joined, parameters.dropout)
    return { logits, gate: null, neighbours: null, auxiliaryLoss: null }
  },
}
