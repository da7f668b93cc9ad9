import { AppError } from '#shared/contract/app-error.ts'
import { requireWeight, sizeIn } from '../../layers/checked-context.ts'
import type { CheckedContext } from '../../layers/checked-context.ts'
import { relationBlocks } from './relation-encoder.ts'

/** What a GroupRec checkpoint's weights say about its sizes. */
export interface GroupRelationSizes {
  /** Width of HRNet's vector of a crop. */
  readonly features: number
  /** Width of a projected student, h; relation vectors are 4 · h wide. */
  readonly hidden: number
  /** Channels of HRNet's branches, from fine to coarse. */
  readonly branches: readonly number[]
  /** Edge types of each block, by its name. */
  readonly types: ReadonlyMap<string, number>
}

/** How many numbers tell where a crop lies in its photo. */
export const boxNumberCount = 3

/**
 * Sizes read from the checkpoint, after a check that all parts behind the backbone fit together.
 *
 * @throws AppError weights.variant-unsupported (the ResNet-50 variant), weights.tensor-missing, weights.shape-mismatch
 */
export function groupRelationSizes(context: CheckedContext): GroupRelationSizes {
  refuseResNet(context)
  const features = sizeIn(context, 'backbone.final_layer.0.weight', 0)
  const hidden = sizeIn(context, 'project.1.weight', 0)
  const joined = features + boxNumberCount
  for (const part of ['weight', 'bias']) requireWeight(context, `project.0.${part}`, [joined])
  requireLinear(context, 'project.1', joined, hidden)
  const types = relationBlocks.map(({ block, weights }) => [block, checkBlock(context, weights, hidden)] as const)
  const branches = [0, 1, 2, 3].map((branch) =>
    sizeIn(context, `backbone.stage4.0.branches.${branch}.0.conv1.weight`, 1),
  )
  return { features, hidden, branches, types: new Map(types) }
}

function refuseResNet({ weights, file }: CheckedContext): void {
  if (!weights.has('backbone.layer4.0.conv1.weight')) return
  throw new AppError(
    'weights.variant-unsupported',
    `${file} is GroupRec's ResNet-50 variant, which its authors publish as relation_joint.pkl. RAFNet's relation vectors come from the HRNet one: choose relation_common_group8.pkl.`,
    { file, variant: 'relation_joint.pkl', wanted: 'relation_common_group8.pkl' },
  )
}

function requireLinear(context: CheckedContext, name: string, inputs: number, outputs: number): void {
  requireWeight(context, `${name}.weight`, [outputs, inputs])
  requireWeight(context, `${name}.bias`, [outputs])
}

/** Linear, ReLU, Linear; the width between is the checkpoint's, and so is that of the output where none is asked for. Gives the output's width. */
function requireTwoLayers(context: CheckedContext, name: string, inputs: number, wanted?: number): number {
  const between = sizeIn(context, `${name}.layers.0.weight`, 0)
  const outputs = wanted ?? sizeIn(context, `${name}.layers.1.weight`, 0)
  requireLinear(context, `${name}.layers.0`, inputs, between)
  requireLinear(context, `${name}.layers.1`, between, outputs)
  return outputs
}

/** Checks one block's weights; gives its number of edge types. */
function checkBlock(context: CheckedContext, name: string, hidden: number): number {
  const width = requireTwoLayers(context, `${name}.node2edge_start_mlp.0`, hidden)
  requireTwoLayers(context, `${name}.attention_mlp.0`, 2 * width, 1)
  const z = requireTwoLayers(context, `${name}.nmp_mlp_start.init_MLP`, width)
  const types = requireTwoLayers(context, `${name}.nmp_mlp_start.MLP_distribution`, z)
  requireTwoLayers(context, `${name}.nmp_mlp_start.MLP_factor`, z, 1)
  const list = `${name}.edge_aggregation_list.0.agg_mlp`
  const between = sizeIn(context, `${list}.0.layers.0.weight`, 0)
  for (let type = 0; type < types; type += 1) {
    requireLinear(context, `${list}.${type}.layers.0`, hidden, between)
    requireLinear(context, `${list}.${type}.layers.1`, between, hidden)
  }
  requireTwoLayers(context, `${name}.nmp_mlp_end`, 2 * hidden, hidden)
  return types
}
