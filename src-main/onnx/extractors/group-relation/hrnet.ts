import type { ValueName } from '../../graph-builder.ts'
import { conv2d } from '../../layers/conv-2d.ts'
import type { LayerContext } from '../../layers/layer-context.ts'
import { listLength } from '../../layers/list-length.ts'
import { batchNorm2d } from '../../layers/normalisation.ts'
import { globalMean } from '../../layers/pooling.ts'
import { resizeNearest } from '../../layers/resize-nearest.ts'
import { add, relu } from '../../operators/elementwise.ts'

/** HRNet's stages after the first, each with as many branches as its number. */
const stages = [2, 3, 4] as const

interface ConvNormNames {
  readonly conv: string
  readonly norm: string
}

/** The two members of a Sequential(Conv2d, BatchNorm2d, …). */
const sequential = (name: string): ConvNormNames => ({ conv: `${name}.0`, norm: `${name}.1` })

/** A convolution of any size in the checkpoint, padded to keep the picture's size at stride 1, and its BatchNorm. */
function convNorm(context: LayerContext, names: ConvNormNames, x: ValueName, stride = 1): ValueName {
  const kernel = context.weights.get(`${names.conv}.weight`)!.shape[2] ?? 1
  return batchNorm2d(context, names.norm, conv2d(context, names.conv, x, { stride, padding: (kernel - 1) / 2 }))
}

/** A residual block: two (BasicBlock) or three (Bottleneck) convolutions, whichever the checkpoint holds. */
function block(context: LayerContext, name: string, x: ValueName): ValueName {
  const convolutions = context.weights.has(`${name}.conv3.weight`) ? [1, 2, 3] : [1, 2]
  const last = convolutions.at(-1)!
  const residual = convolutions.reduce((value, number) => {
    const output = convNorm(context, { conv: `${name}.conv${number}`, norm: `${name}.bn${number}` }, value)
    return number === last ? output : relu(context.graph, output)
  }, x)
  const shortcut = context.weights.has(`${name}.downsample.0.weight`)
    ? convNorm(context, sequential(`${name}.downsample`), x)
    : x
  return relu(context.graph, add(context.graph, residual, shortcut))
}

/** Blocks `name.0`, `name.1`, … in a row. */
function blocks(context: LayerContext, name: string, x: ValueName): ValueName {
  let value = x
  for (let index = 0; index < listLength(context.weights, name); index += 1) {
    value = block(context, `${name}.${index}`, value)
  }
  return value
}

/** The branches of a stage from those before it: new ones by 3×3 convolutions of stride 2 from the coarsest. */
function transition(context: LayerContext, name: string, before: readonly ValueName[], branches: number): ValueName[] {
  const { graph, weights } = context
  return Array.from({ length: branches }, (_, branch) => {
    const own = before[branch]
    if (own !== undefined && !weights.has(`${name}.${branch}.0.weight`)) return own
    if (own !== undefined) return relu(graph, convNorm(context, sequential(`${name}.${branch}`), own))
    let value = before.at(-1)!
    for (let step = 0; step <= branch - before.length; step += 1) {
      value = relu(graph, convNorm(context, sequential(`${name}.${branch}.${step}`), value, 2))
    }
    return value
  })
}

/** What branch `from` adds to branch `into`: upsampled from a coarser one, brought down step by step from a finer one. */
function fused(context: LayerContext, name: string, into: number, from: number, x: ValueName): ValueName {
  if (from === into) return x
  const { graph } = context
  if (from > into) {
    return resizeNearest(graph, convNorm(context, sequential(`${name}.${into}.${from}`), x), 2 ** (from - into))
  }
  let value = x
  for (let step = 0; step < into - from; step += 1) {
    const output = convNorm(context, sequential(`${name}.${into}.${from}.${step}`), value, 2)
    value = step === into - from - 1 ? output : relu(graph, output)
  }
  return value
}

function stageModule(context: LayerContext, name: string, inputs: readonly ValueName[]): ValueName[] {
  const { graph } = context
  const branches = inputs.map((x, branch) => blocks(context, `${name}.branches.${branch}`, x))
  return branches.map((_, into) => {
    const parts = branches.map((x, from) => fused(context, `${name}.fuse_layers`, into, from, x))
    return relu(
      graph,
      parts.reduce((sum, part) => add(graph, sum, part)),
    )
  })
}

/** The branches' pictures, from fine to coarse, brought together: [n, out, h / 32, w / 32]. */
function classificationNeck(context: LayerContext, name: string, branches: readonly ValueName[]): ValueName {
  const { graph } = context
  const widened = branches.map((x, branch) => blocks(context, `${name}.incre_modules.${branch}`, x))
  const joined = widened.reduce((finer, own, branch) =>
    add(graph, own, relu(graph, convNorm(context, sequential(`${name}.downsamp_modules.${branch - 1}`), finer, 2))),
  )
  return relu(graph, convNorm(context, sequential(`${name}.final_layer`), joined))
}

/**
 * HRNet's classification network without its classifier (Wang et al. 2020) in eval mode: crops [n, 3, h, w] → [n, features].
 * Widths, blocks and modules are the checkpoint's.
 */
export function hrnet(context: LayerContext, name: string, crops: ValueName): ValueName {
  const { graph, weights } = context
  return graph.scope(name, () => {
    const stem = [1, 2].reduce(
      (x, number) =>
        relu(graph, convNorm(context, { conv: `${name}.conv${number}`, norm: `${name}.bn${number}` }, x, 2)),
      crops,
    )
    let branches = [blocks(context, `${name}.layer1`, stem)]
    for (const stage of stages) {
      branches = transition(context, `${name}.transition${stage - 1}`, branches, stage)
      for (let index = 0; index < listLength(weights, `${name}.stage${stage}`); index += 1) {
        branches = stageModule(context, `${name}.stage${stage}.${index}`, branches)
      }
    }
    return globalMean(graph, classificationNeck(context, name, branches))
  })
}
