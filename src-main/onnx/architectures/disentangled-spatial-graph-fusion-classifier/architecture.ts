import type { Architecture } from '../architecture.ts'
import type { HeadConfigOf, Modality } from '../config.ts'
import { classifierWeights, classify } from '../parts/classifier.ts'
import { disentangle, disentangleProblem, relationHeadWeights } from '../parts/disentangle.ts'
import { fusedWidth, fusedWithout } from '../parts/fused-modalities.ts'
import { gate, gateEntropyLoss, gateFeatures, gateHiddenWidthFromWeights, gateWeights } from '../parts/gate.ts'
import { contextGraph, graphUpdateWeights } from '../parts/neighbour-graph.ts'
import { hiddenWidthFromWeights, project, projectionWeights } from '../parts/projections.ts'
import { disentangledGraphParameters } from './parameters.ts'

const fusedModalities = (config: HeadConfigOf<'disentangled_spatial_graph_fusion_classifier'>): readonly Modality[] =>
  fusedWithout(config.modalities, [config.parameters.spatialModality, config.parameters.imageIdModality])

/** B+C: the private relation of B is fused, then C's step over each student's neighbours. */
export const disentangledSpatialGraphFusionClassifier: Architecture<'disentangled_spatial_graph_fusion_classifier'> = {
  parameters: disentangledGraphParameters,
  fusedModalities,
  weights: (config) => {
    const { hiddenDim, gateHiddenDim } = config.parameters
    const fused = fusedModalities(config)
    const width = fusedWidth(fused, hiddenDim)
    return [
      ...projectionWeights(fused, hiddenDim),
      ...relationHeadWeights(hiddenDim),
      ...gateWeights(width, gateHiddenDim, fused.length),
      ...graphUpdateWeights(width),
      ...classifierWeights('classifier', width, hiddenDim, config.classes),
    ]
  },
  parametersFromWeights: (tensors) => ({ ...hiddenWidthFromWeights(tensors), ...gateHiddenWidthFromWeights(tensors) }),
  problem: (config) => disentangleProblem(fusedModalities(config), config.parameters),
  forward: (context, config) => {
    const { operators } = context
    const { parameters } = config
    const modalities = fusedModalities(config)
    const { features, loss } = disentangle(context, modalities, project(context, modalities), parameters)
    const joined = operators.concatenate(features)
    const share = gate(context, joined, parameters)
    const fused = gateFeatures(context, joined, share)
    const graph = contextGraph(context, fused, config.modalities, parameters)
    const logits = classify(context, 'classifier', graph.features, parameters.dropout)
    const auxiliaryLoss = () => operators.add(gateEntropyLoss(context, share, parameters.entropyWeight), loss())
    return { logits, gate: share, neighbours: graph.neighbours, auxiliaryLoss }
  },
}
