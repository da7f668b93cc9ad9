import type { Architecture } from './architecture.ts'
import { classConditionedSpatialGatedFusionClassifier } from './class-conditioned-spatial-gated-fusion-classifier/architecture.ts'
import type { HeadConfigOf, HeadFamily } from './config.ts'
import { contextGraphFusionClassifier } from './context-graph-fusion-classifier/architecture.ts'
import { crossAttentionFusionClassifier } from './cross-attention-fusion-classifier/architecture.ts'
import { disentangledGatedFusionClassifier } from './disentangled-gated-fusion-classifier/architecture.ts'
import { disentangledSpatialGraphFusionClassifier } from './disentangled-spatial-graph-fusion-classifier/architecture.ts'
import { gatedFusionClassifier } from './gated-fusion-classifier/architecture.ts'
import { multimodalClassifier } from './multimodal-classifier/architecture.ts'

const architectures: { readonly [Family in HeadFamily]: Architecture<Family> } = {
  multimodal_classifier: multimodalClassifier,
  gated_fusion_classifier: gatedFusionClassifier,
  disentangled_gated_fusion_classifier: disentangledGatedFusionClassifier,
  context_graph_fusion_classifier: contextGraphFusionClassifier,
  disentangled_spatial_graph_fusion_classifier: disentangledSpatialGraphFusionClassifier,
  class_conditioned_spatial_gated_fusion_classifier: classConditionedSpatialGatedFusionClassifier,
  cross_attention_fusion_classifier: crossAttentionFusionClassifier,
}

export const architectureOf = <Family extends HeadFamily>(family: Family): Architecture<Family> => architectures[family]

/** The architecture that a config asks for. */
export const architectureFor = <Family extends HeadFamily>(config: HeadConfigOf<Family>): Architecture<Family> =>
  architectures[config.family]
