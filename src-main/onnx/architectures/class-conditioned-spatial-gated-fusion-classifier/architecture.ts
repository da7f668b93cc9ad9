import type { Architecture, HeadContext, Neighbours } from '../architecture.ts'
import type { HeadConfigOf, Modality } from '../config.ts'
import { classifierWeights, classify } from '../parts/classifier.ts'
import { fusedWidth, fusedWithout } from '../parts/fused-modalities.ts'
import {
  classPrior,
  gate,
  gateFeatures,
  gateEntropyLoss,
  gateHiddenWidthFromWeights,
  gateWeights,
} from '../parts/gate.ts'
import { linearWeights, twoLayers, twoLayerWeights } from '../parts/layers.ts'
import { aggregate, graphMaker, graphUpdate, graphUpdateWeights } from '../parts/neighbour-graph.ts'
import { hiddenWidthFromWeights, project, projectionWeights } from '../parts/projections.ts'
import { classConditionedParameters } from './parameters.ts'

type Config = HeadConfigOf<'class_conditioned_spatial_gated_fusion_classifier'>

const fusedModalities = (config: Config): readonly Modality[] =>
  fusedWithout(config.modalities, [config.parameters.spatialModality, config.parameters.imageIdModality])

/** What a row's neighbours give it; the row itself where it has none, or where the graph is off. */
function neighbourMixer<Value>(
  context: HeadContext<Value>,
  config: Config,
): (features: Value) => { readonly mixed: Value; readonly neighbours: Neighbours<Value> | null } {
  const makeGraph = graphMaker(context, config.modalities, config.parameters)
  return (features) => {
    if (makeGraph === null) return { mixed: features, neighbours: null }
    const graph = makeGraph(features)
    return { mixed: aggregate(context, graph, features), neighbours: graph.neighbours }
  }
}

/**
 * CCSG: the gate sees the projections, a class prior and a token of the neighbours' projections; the gated features then
 * take a graph update. A row without peers takes its own features for its neighbours', so token and update still apply.
 */
export const classConditionedSpatialGatedFusionClassifier: Architecture<'class_conditioned_spatial_gated_fusion_classifier'> =
  {
    parameters: classConditionedParameters,
    fusedModalities,
    weights: (config) => {
      const { hiddenDim, gateHiddenDim } = config.parameters
      const fused = fusedModalities(config)
      const width = fusedWidth(fused, hiddenDim)
      return [
        ...projectionWeights(fused, hiddenDim),
        ...linearWeights('class_prior_head', width, config.classes),
        ...twoLayerWeights('context_token_head', width, hiddenDim, hiddenDim),
        ...gateWeights(width + config.classes + hiddenDim, gateHiddenDim, fused.length),
        ...graphUpdateWeights(width),
        ...classifierWeights('classifier', width, hiddenDim, config.classes),
      ]
    },
    parametersFromWeights: (tensors) => ({
      ...hiddenWidthFromWeights(tensors),
      ...gateHiddenWidthFromWeights(tensors),
    }),
    problem: (config) => (fusedModalities(config).length === 0 ? 'none is left to fuse' : null),
    forward: (context, config) => {
      const { operators } = context
      const { parameters } = config
      const mix = neighbourMixer(context, config)
      const features = project(context, fusedModalities(config))
      const base = operators.concatenate(features)
      const prior = classPrior(context, base, parameters.classPriorDetach)
      const token = twoLayers(context, 'context_token_head', mix(base).mixed, parameters.graphDropout)
      const seen = [base, prior, parameters.contextDetach ? operators.detach(token) : token]
      const share = gate(context, operators.concatenate(seen), parameters)
      const fused = gateFeatures(context, base, share)
      const { mixed, neighbours } = mix(fused)
      const updated = graphUpdate(context, fused, mixed, parameters)
      const logits = classify(context, 'classifier', updated, parameters.dropout)
      const auxiliaryLoss = () => gateEntropyLoss(context, share, parameters.entropyWeight)
      return { logits, gate: share, neighbours, auxiliaryLoss }
    },
  }
