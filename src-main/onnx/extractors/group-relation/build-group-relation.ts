import { encodeModel, writtenIrVersion, writtenOperatorSet } from '#main/codecs/onnx/encode-model.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { GraphBuilder } from '../../graph-builder.ts'
import type { ValueName } from '../../graph-builder.ts'
import type { LayerContext } from '../../layers/layer-context.ts'
import { linear } from '../../layers/linear.ts'
import { layerNorm } from '../../layers/normalisation.ts'
import { RequiredWeights } from '../../layers/required-weights.ts'
import { multiply } from '../../operators/elementwise.ts'
import { concatenate } from '../../operators/shape.ts'
import type { WeightTensors } from '../../weight.ts'
import { hrnet } from './hrnet.ts'
import { edgeTypes } from './relation-block.ts'
import { relationBlocks, relationEncoder } from './relation-encoder.ts'

/** What a GroupRec checkpoint's weights say about its sizes. */
export interface GroupRelationSizes {
  /** Width of HRNet's vector of a crop. */
  readonly features: number
  /** Width of a projected student, h; relation vectors are 4 · h wide. */
  readonly hidden: number
  /** HRNet's branches from fine to coarse. */
  readonly branches: readonly number[]
  /** Edge types of each block, by its name. */
  readonly types: ReadonlyMap<string, number>
}

export interface GroupRelationModel {
  readonly sizes: GroupRelationSizes
  /** `crops` float32 [n, 3, height, width] → `features` [n, features]. */
  readonly backbone: Uint8Array<ArrayBuffer>
  /**
   * `features` [rows, features], `box_numbers` [rows, 3], `valid` [rows, 1] and `noise_pairwise` [rows², types],
   * `noise_hyper3`, `noise_hyper5` [rows, types] → `projected` [rows, h] and `relation` [rows, 4 · h].
   */
  readonly relation: Uint8Array<ArrayBuffer>
}

const family = 'GroupRec (HRNet)'
const boxNumberCount = 3

/** Whether the names of a state dict are those of a GroupRec relation network, of whatever backbone. */
export const isGroupRelation = (names: ReadonlySet<string>): boolean =>
  [...names].some((name) => name.startsWith('past_encoder.'))

/**
 * The two networks of a GroupRec checkpoint as ONNX, their weights left in the checkpoint where they lie there as float32.
 * Heads that relation vectors do not need are not looked at.
 *
 * @throws AppError `weights.variant-unsupported` (the ResNet-50 variant), `weights.missing`, `weights.shape-mismatch`
 */
export function buildGroupRelation(weights: WeightTensors, { file }: { readonly file: string }): GroupRelationModel {
  const sizes = groupRelationSizes(weights, { file })
  const required = new RequiredWeights(weights, file, family)
  return { sizes, backbone: buildBackbone(required, sizes), relation: buildRelation(required, sizes) }
}

/** Sizes read from the checkpoint, after a check that its parts fit together. Throws as `buildGroupRelation` does. */
export function groupRelationSizes(weights: WeightTensors, { file }: { readonly file: string }): GroupRelationSizes {
  refuseResNet(weights, file)
  const required = new RequiredWeights(weights, file, family)
  const size = (name: string, axis: number): number => required.get(name).shape[axis] ?? 0
  const features = size('backbone.final_layer.0.weight', 0)
  const hidden = size('project.1.weight', 0)
  const expected: readonly (readonly [string, readonly number[]])[] = [
    ['project.0.weight', [features + boxNumberCount]],
    ['project.1.weight', [hidden, features + boxNumberCount]],
    ...relationBlocks.flatMap(({ weights: name }) => [
      [`${name}.node2edge_start_mlp.0.layers.0.weight`, [required.get(`${name}.node2edge_start_mlp.0.layers.0.bias`).shape[0]!, hidden]] as const,
      [`${name}.nmp_mlp_end.layers.1.bias`, [hidden]] as const,
    ]),
  ]
  for (const [name, shape] of expected) checkShape(name, required.get(name).shape, shape, file)
  const graph = new GraphBuilder('sizes')
  return {
    features,
    hidden,
    branches: [0, 1, 2, 3].map((branch) => size(`backbone.stage4.0.branches.${branch}.0.conv1.weight`, 1)),
    types: new Map(
      relationBlocks.map(({ block, weights: name }) => [block, edgeTypes({ graph, weights: required }, name)]),
    ),
  }
}

function refuseResNet(weights: WeightTensors, file: string): void {
  if (!weights.has('backbone.layer4.0.conv1.weight')) return
  throw new AppError(
    'weights.variant-unsupported',
    `${file} is GroupRec's ResNet-50 variant (relation_joint.pkl). RAFNet's relation vectors come from the HRNet one: choose relation_common_group8.pkl.`,
    { file, variant: 'relation_joint.pkl', wanted: 'relation_common_group8.pkl' },
  )
}

function checkShape(name: string, found: readonly number[], expected: readonly number[], file: string): void {
  if (found.length === expected.length && expected.every((size, axis) => size === found[axis])) return
  const [is, should] = [found, expected].map((shape) => shape.join(' × '))
  throw new AppError(
    'weights.shape-mismatch',
    `${name} in ${file} is ${is ?? ''}, but the other weights need ${should ?? ''}. Download the file again from its authors, or choose another one.`,
    { file, parameter: name, found: is ?? '', expected: should ?? '' },
  )
}

function buildBackbone(weights: WeightTensors, sizes: GroupRelationSizes): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('group-relation backbone')
  const crops = graph.input('crops', 'float32', ['n', 3, 256, 192])
  const features = hrnet({ graph, weights }, 'backbone', crops)
  graph.output(features, 'features', 'float32', ['n', sizes.features])
  return encoded(graph)
}

function buildRelation(weights: WeightTensors, sizes: GroupRelationSizes): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('group-relation encoder')
  const context: LayerContext = { graph, weights }
  const features = graph.input('features', 'float32', ['rows', sizes.features])
  const numbers = graph.input('box_numbers', 'float32', ['rows', boxNumberCount])
  const valid = graph.input('valid', 'float32', ['rows', 1])
  const x = projection(context, concatenate(graph, [features, numbers], 1), valid)
  graph.output(relationEncoder(context, x, valid), 'relation', 'float32', ['rows', 4 * sizes.hidden])
  graph.output(x, 'projected', 'float32', ['rows', sizes.hidden])
  return encoded(graph)
}

/** LayerNorm's own epsilon in PyTorch. */
const normEpsilon = 1e-5

/** [backbone, box numbers] → x · valid, [rows, h]. */
function projection(context: LayerContext, joined: ValueName, valid: ValueName): ValueName {
  const normed = layerNorm(context, 'project.0', joined, normEpsilon)
  return multiply(context.graph, linear(context, 'project.1', normed), valid)
}

const encoded = (graph: GraphBuilder): Uint8Array<ArrayBuffer> =>
  encodeModel({
    irVersion: writtenIrVersion,
    operatorSets: new Map([['', writtenOperatorSet]]),
    producerName: 'Lectern',
    producerVersion: '',
    metadata: new Map(),
    graph: graph.build(),
  })
