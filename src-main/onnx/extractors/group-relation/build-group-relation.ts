import type { OnnxGraph } from '#main/codecs/onnx/model.ts'
import { modelBytes } from '../../model-bytes.ts'
import { GraphBuilder } from '../../graph-builder.ts'
import type { ValueName } from '../../graph-builder.ts'
import type { CheckedContext } from '../../layers/checked-context.ts'
import type { LayerContext } from '../../layers/layer-context.ts'
import { linear } from '../../layers/linear.ts'
import { layerNorm } from '../../layers/normalisation.ts'
import { multiply } from '../../operators/elementwise.ts'
import { concatenate } from '../../operators/shape.ts'
import type { WeightTensors } from '../../weight.ts'
import { hrnet } from './hrnet.ts'
import { relationEncoder } from './relation-encoder.ts'
import { boxNumberCount, groupRelationSizes } from './sizes.ts'
import type { GroupRelationSizes } from './sizes.ts'

export interface GroupRelationModel {
  readonly sizes: GroupRelationSizes
  /** `crops` float32 [n, 3, height, width] → `features` [n, features]. */
  readonly backbone: Uint8Array<ArrayBuffer>
  /**
   * `features` [rows, features], `box_numbers` [rows, 3], `valid` [rows, 1] and `noise_pairwise` [rows², types],
   * `noise_hyper3`, `noise_hyper5` [rows, types] → `projected` [rows, h] and `relation` [rows, 4 · h].
   */
  readonly relation: Uint8Array<ArrayBuffer>
  /** Names of the weights that both need. */
  readonly weights: readonly string[]
}

/** For sentences. */
const title = 'GroupRec network'

/** HRNet's input; other sizes would run, but the network was trained on this one. */
const [cropWidthPx, cropHeightPx] = [192, 256]

/** Whether the names of a state dict are those of a GroupRec relation network, of whatever backbone. */
export const isGroupRelation = (weights: WeightTensors): boolean =>
  [...weights.keys()].some((name) => name.startsWith('past_encoder.'))

/**
 * The two networks of a GroupRec checkpoint as ONNX, their weights left in the checkpoint where they lie there as float32.
 * Heads that relation vectors do not need are not looked at.
 *
 * @throws AppError weights.variant-unsupported (the ResNet-50 variant), weights.tensor-missing, weights.shape-mismatch,
 *   weights.type-unsupported
 */
export function buildGroupRelation(weights: WeightTensors, { file }: { readonly file: string }): GroupRelationModel {
  const within = (name: string): CheckedContext => ({ graph: new GraphBuilder(name), weights, title, file })
  const relation = within('group-relation encoder')
  const sizes = groupRelationSizes(relation)
  const graphs = {
    backbone: buildBackbone(within('group-relation backbone'), sizes),
    relation: buildRelation(relation, sizes),
  }
  const used = Object.values(graphs).flatMap(({ initializers }) => initializers.map(({ name }) => name))
  return {
    sizes,
    backbone: encoded(graphs.backbone),
    relation: encoded(graphs.relation),
    weights: used.filter((name) => weights.has(name)),
  }
}

function buildBackbone(context: CheckedContext, sizes: GroupRelationSizes): OnnxGraph {
  const { graph } = context
  const crops = graph.input('crops', 'float32', ['n', 3, cropHeightPx, cropWidthPx])
  const features = hrnet(context, 'backbone', crops)
  graph.output(features, 'features', 'float32', ['n', sizes.features])
  return graph.build()
}

function buildRelation(context: CheckedContext, sizes: GroupRelationSizes): OnnxGraph {
  const { graph } = context
  const features = graph.input('features', 'float32', ['rows', sizes.features])
  const numbers = graph.input('box_numbers', 'float32', ['rows', boxNumberCount])
  const valid = graph.input('valid', 'float32', ['rows', 1])
  const x = projection(context, concatenate(graph, [features, numbers], 1), valid)
  graph.output(relationEncoder(context, x, valid), 'relation', 'float32', ['rows', 4 * sizes.hidden])
  graph.output(x, 'projected', 'float32', ['rows', sizes.hidden])
  return graph.build()
}

/** LayerNorm's own epsilon in PyTorch. */
const normEpsilon = 1e-5

/** [backbone, box numbers] → x · valid, [rows, h]. */
function projection(context: LayerContext, joined: ValueName, valid: ValueName): ValueName {
  const normed = layerNorm(context, 'project.0', joined, normEpsilon)
  return multiply(context.graph, linear(context, 'project.1', normed), valid)
}

const encoded = (graph: OnnxGraph): Uint8Array<ArrayBuffer> => modelBytes(graph)
