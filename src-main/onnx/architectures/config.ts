import type { classConditionedParameters } from './class-conditioned-spatial-gated-fusion-classifier/parameters.ts'
import type { contextGraphParameters } from './context-graph-fusion-classifier/parameters.ts'
import type { crossAttentionParameters } from './cross-attention-fusion-classifier/parameters.ts'
import type { disentangledGatedParameters } from './disentangled-gated-fusion-classifier/parameters.ts'
import type { disentangledGraphParameters } from './disentangled-spatial-graph-fusion-classifier/parameters.ts'
import type { gatedParameters } from './gated-fusion-classifier/parameters.ts'
import type { multimodalParameters } from './multimodal-classifier/parameters.ts'
import type { ParameterValues } from './parameter.ts'

/** RAFNet's registry names of the seven head families. */
export const headFamilies = [
  'multimodal_classifier',
  'gated_fusion_classifier',
  'disentangled_gated_fusion_classifier',
  'context_graph_fusion_classifier',
  'disentangled_spatial_graph_fusion_classifier',
  'class_conditioned_spatial_gated_fusion_classifier',
  'cross_attention_fusion_classifier',
] as const

export type HeadFamily = (typeof headFamilies)[number]

/** One input of a head: the vectors of a feature extractor, or RAFNet's pseudo-modalities `bbox_ctx` and `img_uid`. */
export interface Modality {
  readonly name: string
  readonly width: number
}

/** Every option of each family, under Lectern's names. */
export interface HeadParameters {
  readonly multimodal_classifier: ParameterValues<typeof multimodalParameters>
  readonly gated_fusion_classifier: ParameterValues<typeof gatedParameters>
  readonly disentangled_gated_fusion_classifier: ParameterValues<typeof disentangledGatedParameters>
  readonly context_graph_fusion_classifier: ParameterValues<typeof contextGraphParameters>
  readonly disentangled_spatial_graph_fusion_classifier: ParameterValues<typeof disentangledGraphParameters>
  readonly class_conditioned_spatial_gated_fusion_classifier: ParameterValues<typeof classConditionedParameters>
  readonly cross_attention_fusion_classifier: ParameterValues<typeof crossAttentionParameters>
}

/** What a head of one family is, weights aside. */
export interface HeadConfigOf<Family extends HeadFamily> {
  readonly family: Family
  readonly classes: number
  /** All inputs in the config's order, pseudo-modalities included. */
  readonly modalities: readonly Modality[]
  readonly parameters: HeadParameters[Family]
}

export type HeadConfig = { readonly [Family in HeadFamily]: HeadConfigOf<Family> }[HeadFamily]
