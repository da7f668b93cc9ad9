import type { Architecture } from '../architecture.ts'
import type { HeadConfigOf, Modality } from '../config.ts'
import { classifierWeights, classify } from '../parts/classifier.ts'
import { fusedWidth, fusedWithout } from '../parts/fused-modalities.ts'
import { gate, gateEntropyLoss, gateFeatures, gateHiddenWidthFromWeights, gateWeights } from '../parts/gate.ts'
import { contextGraph, graphUpdateWeights } from '../parts/neighbour-graph.ts'
import { hiddenWidthFromWeights, project, projectionWeights } from '../parts/projections.ts'
import { contextGraphParameters } from './parameters.ts'

function fusedModalities(config: HeadConfigOf<'context_graph_fusion_classifier'>): readonly Modality[] {
  const { parameters } = config
  return fusedWithout(config.modalities, [
    ...(parameters.includeSpatialInFusion ? [] : [parameters.spatialModality]),
    ...(parameters.includeImageIdInFusion ? [] : [parameters.imageIdModality]),
  ])
}

/** C: gated fusion, then one step over each student's nearest neighbours, by box centre (C+Spatial) or by cosine. */
export const contextGraphFusionClassifier: Architecture<'context_graph_fusion_classifier'> = {
  parameters: contextGraphParameters,
  fusedModalities,
  weights: (config) => {
    const { hiddenDim, gateHiddenDim } = config.parameters
    const fused = fusedModalities(config)
    const width = fusedWidth(fused, hiddenDim)
    return [
      ...projectionWeights(fused, hiddenDim),
      ...gateWeights(width, gateHiddenDim, fused.length),
      ...graphUpdateWeights(width),
      ...classifierWeights('classifier', width, hiddenDim, config.classes),
    ]
  },
  parametersFromWeights: (tensors) => ({
    ...hiddenWidthFromWeights(tensors),
    ...gateHiddenWidthFromWeights(tensors),
    includeSpatialInFusion: tensors.has(`norms.${contextGraphParameters.spatialModality.fallback}.weight`),
    includeImageIdInFusion: tensors.has(`norms.${contextGraphParameters.imageIdModality.fallback}.weight`),
  }),
  problem: (config) => (fusedModalities(config).length === 0 ? 'none is left to fuse' : null),
  forward: (context, config) => {
    const { parameters } = config
    const joined = context.operators.concatenate(project(context, fusedModalities(config)))
    const share = gate(context, joined, parameters)
    const fused = gateFeatures(context, joined, share)
    const graph = contextGraph(context, fused, config.modalities, parameters)
    const logits = classify(context, 'classifier', graph.features, parameters.dropout)
    const auxiliaryLoss = () => gateEntropyLoss(context, share, parameters.entropyWeight)
    return { logits, gate: share, neighbours: graph.neighbours, auxiliaryLoss }
  },
}
