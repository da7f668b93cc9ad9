import { seededRandom } from '#shared/metrics/random.ts'
import type { SafeTensor } from './write-safetensors.ts'

type Shape = readonly number[]
type Parameters = readonly (readonly [name: string, shape: Shape])[]

const pair = (name: string, shape: Shape): Parameters => [
  [`${name}.weight`, shape],
  [`${name}.bias`, [shape[0]!]],
]

/** timm's names for a ConvNeXt. */
export function convNextParameters(depths: readonly number[], widths: readonly number[]): Parameters {
  const block = (name: string, width: number): Parameters => [
    ...pair(`${name}.conv_dw`, [width, 1, 7, 7]),
    ...pair(`${name}.norm`, [width]),
    ...pair(`${name}.mlp.fc1`, [4 * width, width]),
    ...pair(`${name}.mlp.fc2`, [width, 4 * width]),
    [`${name}.gamma`, [width]],
  ]
  const stage = (index: number): Parameters => [
    ...(index === 0
      ? []
      : [
          ...pair(`stages.${index}.downsample.0`, [widths[index - 1]!]),
          ...pair(`stages.${index}.downsample.1`, [widths[index]!, widths[index - 1]!, 2, 2]),
        ]),
    ...Array.from({ length: depths[index]! }, (_, position) =>
      block(`stages.${index}.blocks.${position}`, widths[index]!),
    ).flat(),
  ]
  return [
    ...pair('stem.0', [widths[0]!, 3, 4, 4]),
    ...pair('stem.1', [widths[0]!]),
    ...depths.flatMap((_, index) => stage(index)),
    ...pair('head.norm', [widths.at(-1)!]),
  ]
}

/** Names of a ResNet with bottlenecks: `inner` widths of the four layers, each put out four times as wide. */
export function resNetParameters(depths: readonly number[], inner: readonly number[]): Parameters {
  const norm = (name: string, width: number): Parameters =>
    ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [width]])
  let input = 64
  const block = (name: string, width: number, first: boolean): Parameters => {
    const from = input
    input = 4 * width
    return [
      [`${name}.conv1.weight`, [width, from, 1, 1]],
      ...norm(`${name}.bn1`, width),
      [`${name}.conv2.weight`, [width, width, 3, 3]],
      ...norm(`${name}.bn2`, width),
      [`${name}.conv3.weight`, [input, width, 1, 1]],
      ...norm(`${name}.bn3`, input),
      ...(first
        ? ([[`${name}.downsample.0.weight`, [input, from, 1, 1]], ...norm(`${name}.downsample.1`, input)] as Parameters)
        : []),
    ]
  }
  return [
    ['conv1.weight', [64, 3, 7, 7]],
    ...norm('bn1', 64),
    ...depths.flatMap((depth, layer) =>
      Array.from({ length: depth }, (_, index) =>
        block(`layer${layer + 1}.${index}`, inner[layer]!, index === 0),
      ).flat(),
    ),
  ]
}

/** timm's names for a Vision Transformer of crops of 224 px. */
export function visionTransformerParameters(depth: number, width: number, patch: number): Parameters {
  return [
    ['cls_token', [1, 1, width]],
    ['pos_embed', [1, (224 / patch) ** 2 + 1, width]],
    ...pair('patch_embed.proj', [width, 3, patch, patch]),
    ...Array.from({ length: depth }, (_, index) => `blocks.${index}`).flatMap((name) => [
      ...pair(`${name}.norm1`, [width]),
      ...pair(`${name}.attn.qkv`, [3 * width, width]),
      ...pair(`${name}.attn.proj`, [width, width]),
      ...pair(`${name}.norm2`, [width]),
      ...pair(`${name}.mlp.fc1`, [4 * width, width]),
      ...pair(`${name}.mlp.fc2`, [width, 4 * width]),
    ]),
    ...pair('norm', [width]),
  ]
}

/**
 * Random float32 weights that keep a signal's size from layer to layer: matrices by the number of inputs (He et al. 2015),
 * norms about 1, everything else small.
 */
export function randomTensors(
  parameters: Parameters,
  seed = 7,
): (readonly [string, SafeTensor & { data: Float32Array }])[] {
  const random = seededRandom(seed)
  return parameters.map(([name, shape]) => {
    const inputs = shape.slice(1).reduce((all, one) => all * one, 1)
    const isScale = shape.length === 1 && /(weight|running_var|gamma)$/.test(name)
    const spread = shape.length > 1 ? Math.sqrt(6 / inputs) : 0.1
    const data = new Float32Array(shape.reduce((all, one) => all * one, 1))
    for (let index = 0; index < data.length; index += 1) {
      data[index] = (isScale ? 1 : 0) + spread * (2 * random() - 1)
    }
    return [name, { dtype: 'F32', shape, data }]
  })
}
