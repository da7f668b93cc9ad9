import type { WritableTensor } from '#main/codecs/torch/write-checkpoint.ts'
import { createRandom } from '#main/training/random/random.ts'

/** Sizes of a GroupRec network. */
export interface GroupRelationPlan {
  /** Channels of HRNet's branches, from fine to coarse. */
  readonly widths: readonly [number, number, number, number]
  /** Blocks of layer1 and of each branch of a module. */
  readonly blocks: number
  /** Modules of stages 2, 3 and 4. */
  readonly modules: readonly [number, number, number]
  /** Widths of the bottlenecks of layer1 and of the four heads; four times as many channels come out. */
  readonly bottleneck: number
  readonly heads: readonly [number, number, number, number]
  readonly features: number
  readonly hidden: number
}

/** HRNet-W48 and h = 256, as RAFNet's. */
export const realPlan: GroupRelationPlan = {
  widths: [48, 96, 192, 384],
  blocks: 4,
  modules: [1, 4, 3],
  bottleneck: 64,
  heads: [32, 64, 128, 256],
  features: 2048,
  hidden: 256,
}

export const tinyPlan: GroupRelationPlan = {
  widths: [2, 3, 4, 5],
  blocks: 1,
  modules: [1, 1, 1],
  bottleneck: 2,
  heads: [1, 2, 3, 4],
  features: 6,
  hidden: 4,
}

type Shapes = (readonly [name: string, shape: readonly number[]])[]

const norm = (name: string, width: number): Shapes =>
  ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [width]])

function convNorm(name: readonly [string, string], inputs: number, outputs: number, kernel = 3): Shapes {
  return [[`${name[0]}.weight`, [outputs, inputs, kernel, kernel]], ...norm(name[1], outputs)]
}

const sequential = (name: string, inputs: number, outputs: number, kernel = 3): Shapes =>
  convNorm([`${name}.0`, `${name}.1`], inputs, outputs, kernel)

function basicBlock(name: string, width: number): Shapes {
  return [1, 2].flatMap((number) => convNorm([`${name}.conv${number}`, `${name}.bn${number}`], width, width))
}

function bottleneck(name: string, inputs: number, width: number): Shapes {
  const kernels = [1, 3, 1]
  const channels = [inputs, width, width, 4 * width]
  const convolutions = kernels.flatMap((kernel, at) =>
    convNorm([`${name}.conv${at + 1}`, `${name}.bn${at + 1}`], channels[at]!, channels[at + 1]!, kernel),
  )
  const shortcut = inputs === 4 * width ? [] : sequential(`${name}.downsample`, inputs, 4 * width, 1)
  return [...convolutions, ...shortcut]
}

function fuse(name: string, widths: readonly number[], into: number, from: number): Shapes {
  if (from === into) return []
  if (from > into) return sequential(`${name}.${into}.${from}`, widths[from]!, widths[into]!, 1)
  return Array.from({ length: into - from }, (_, step) => step).flatMap((step) =>
    sequential(`${name}.${into}.${from}.${step}`, widths[from]!, widths[step === into - from - 1 ? into : from]!),
  )
}

function stageModule(name: string, widths: readonly number[], blocks: number): Shapes {
  return widths.flatMap((width, branch) => [
    ...Array.from({ length: blocks }, (_, block) => basicBlock(`${name}.branches.${branch}.${block}`, width)).flat(),
    ...widths.flatMap((_, from) => fuse(`${name}.fuse_layers`, widths, branch, from)),
  ])
}

const biased = (shapes: Shapes, name: string, width: number): Shapes => [...shapes, [`${name}.bias`, [width]]]

function hrnet({ widths, blocks, modules, bottleneck: first, heads, features }: GroupRelationPlan): Shapes {
  const [finest, second] = widths
  return [
    ...convNorm(['conv1', 'bn1'], 3, 64),
    ...convNorm(['conv2', 'bn2'], 64, 64),
    ...Array.from({ length: blocks }, (_, index) =>
      bottleneck(`layer1.${index}`, index === 0 ? 64 : 4 * first, first),
    ).flat(),
    ...sequential('transition1.0', 4 * first, finest),
    ...sequential('transition1.1.0', 4 * first, second),
    ...sequential('transition2.2.0', widths[1], widths[2]),
    ...sequential('transition3.3.0', widths[2], widths[3]),
    ...modules.flatMap((count, at) =>
      Array.from({ length: count }, (_, index) =>
        stageModule(`stage${at + 2}.${index}`, widths.slice(0, at + 2), blocks),
      ).flat(),
    ),
    ...heads.flatMap((width, at) => bottleneck(`incre_modules.${at}.0`, widths[at]!, width)),
    ...[0, 1, 2].flatMap((at) => {
      const name = `downsamp_modules.${at}`
      return biased(sequential(name, 4 * heads[at]!, 4 * heads[at + 1]!), `${name}.0`, 4 * heads[at + 1]!)
    }),
    ...biased(sequential('final_layer', 4 * heads[3], features, 1), 'final_layer.0', features),
  ].map(([name, shape]) => [`backbone.${name}`, shape])
}

const linear = (name: string, inputs: number, outputs: number): Shapes => [
  [`${name}.weight`, [outputs, inputs]],
  [`${name}.bias`, [outputs]],
]

const twoLayers = (name: string, inputs: number, between: number, outputs: number): Shapes => [
  ...linear(`${name}.layers.0`, inputs, between),
  ...linear(`${name}.layers.1`, between, outputs),
]

function relationBlock(name: string, hidden: number, types: number): Shapes {
  const list = `${name}.edge_aggregation_list.0.agg_mlp`
  return [
    ...twoLayers(`${name}.node2edge_start_mlp.0`, hidden, 256, 64),
    ...twoLayers(`${name}.attention_mlp.0`, 128, 32, 1),
    ...twoLayers(`${name}.nmp_mlp_start.init_MLP`, 64, 128, 64),
    ...twoLayers(`${name}.nmp_mlp_start.MLP_distribution`, 64, 128, types),
    ...twoLayers(`${name}.nmp_mlp_start.MLP_factor`, 64, 128, 1),
    ...Array.from({ length: types }, (_, type) => twoLayers(`${list}.${type}`, hidden, 128, hidden)).flat(),
    ...twoLayers(`${name}.nmp_mlp_end`, 2 * hidden, 128, hidden),
  ]
}

/** Names and shapes of a GroupRec checkpoint, as far as relation vectors need it. */
export function groupRelationShapes(plan: GroupRelationPlan): Shapes {
  const joined = plan.features + 3
  return [
    ...hrnet(plan),
    ['project.0.weight', [joined]],
    ['project.0.bias', [joined]],
    ...linear('project.1', joined, plan.hidden),
    ...relationBlock('past_encoder.interaction', plan.hidden, 6),
    ...relationBlock('past_encoder.interaction_hyper', plan.hidden, 10),
    ...relationBlock('past_encoder.interaction_hyper2', plan.hidden, 10),
  ]
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, one) => all * one, 1)

/** Random weights under those names, of such a size that activations neither vanish nor explode. */
export function randomWeights(shapes: Readonly<Shapes>): (readonly [string, WritableTensor])[] {
  return shapes.map(([name, shape]) => {
    const random = createRandom('weights', name)
    const bound = Math.sqrt(3 / Math.max(1, product(shape.slice(1))))
    const isScale = shape.length === 1 && (name.endsWith('.weight') || name.endsWith('running_var'))
    const value = (): number =>
      isScale ? 0.5 + random.uniform() : (random.uniform() * 2 - 1) * (shape.length === 1 ? 0.1 : bound)
    return [name, { dtype: 'float32', shape, data: Float32Array.from({ length: product(shape) }, value) }]
  })
}
