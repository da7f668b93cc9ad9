import type { ValueName } from '../../graph-builder.ts'
import type { CheckedContext } from '../../layers/checked-context.ts'
import { convNorm } from '../../layers/conv-norm.ts'
import type { ConvNormNames, FeatureMap } from '../../layers/conv-norm.ts'
import { listLength } from '../../layers/list-length.ts'
import { globalMean } from '../../layers/pooling.ts'
import { resizeNearest } from '../../layers/resize-nearest.ts'
import * as operators from '../../operators/elementwise.ts'

/** HRNet's stages after the first, each with as many branches as its number. */
const stages = [2, 3, 4] as const
/** What a finer branch is downsampled by to the next. */
const stride = 2

/** The two members of a Sequential(Conv2d, BatchNorm2d, …). */
const sequential = (name: string): ConvNormNames => ({ conv: `${name}.0`, norm: `${name}.1` })

const relu = ({ graph }: CheckedContext, { value, channels }: FeatureMap): FeatureMap => ({
  value: operators.relu(graph, value),
  channels,
})

const add = ({ graph }: CheckedContext, a: FeatureMap, b: FeatureMap): FeatureMap => ({
  value: operators.add(graph, a.value, b.value),
  channels: a.channels,
})

/** A residual block: two (BasicBlock) or three (Bottleneck) convolutions, whichever the checkpoint holds. */
function block(context: CheckedContext, name: string, x: FeatureMap): FeatureMap {
  const convolutions = context.weights.has(`${name}.conv3.weight`) ? [1, 2, 3] : [1, 2]
  const last = convolutions.at(-1)!
  const residual = convolutions.reduce((input, number) => {
    const output = convNorm(context, { conv: `${name}.conv${number}`, norm: `${name}.bn${number}` }, input)
    return number === last ? output : relu(context, output)
  }, x)
  const shortcut = context.weights.has(`${name}.downsample.0.weight`)
    ? convNorm(context, sequential(`${name}.downsample`), x)
    : x
  return relu(context, add(context, residual, shortcut))
}

/** Blocks `name.0`, `name.1`, … in a row; there is at least one. */
function blocks(context: CheckedContext, name: string, x: FeatureMap): FeatureMap {
  const count = Math.max(1, listLength(context.weights, name))
  let output = x
  for (let index = 0; index < count; index += 1) output = block(context, `${name}.${index}`, output)
  return output
}

/** The branches of a stage from those before it: new ones by 3×3 convolutions of stride 2 from the coarsest. */
function transition(
  context: CheckedContext,
  name: string,
  before: readonly FeatureMap[],
  branches: number,
): FeatureMap[] {
  return Array.from({ length: branches }, (_, branch) => {
    const own = before[branch]
    if (own !== undefined && !context.weights.has(`${name}.${branch}.0.weight`)) return own
    if (own !== undefined) return relu(context, convNorm(context, sequential(`${name}.${branch}`), own))
    let output = before.at(-1)!
    for (let step = 0; step <= branch - before.length; step += 1) {
      output = relu(context, convNorm(context, sequential(`${name}.${branch}.${step}`), output, { stride }))
    }
    return output
  })
}

/** What branch `from` adds to branch `into`: upsampled from a coarser one, brought down step by step from a finer one. */
function fused(context: CheckedContext, name: string, into: number, from: number, x: FeatureMap): FeatureMap {
  if (from === into) return x
  if (from > into) {
    const { value, channels } = convNorm(context, sequential(`${name}.${into}.${from}`), x)
    return { value: resizeNearest(context.graph, value, stride ** (from - into)), channels }
  }
  let output = x
  for (let step = 0; step < into - from; step += 1) {
    const next = convNorm(context, sequential(`${name}.${into}.${from}.${step}`), output, { stride })
    output = step === into - from - 1 ? next : relu(context, next)
  }
  return output
}

/** One exchange between the branches, each first through its own blocks. */
function stageModule(context: CheckedContext, name: string, inputs: readonly FeatureMap[]): FeatureMap[] {
  const branches = inputs.map((x, branch) => blocks(context, `${name}.branches.${branch}`, x))
  return branches.map((_, into) => {
    const parts = branches.map((x, from) => fused(context, `${name}.fuse_layers`, into, from, x))
    return relu(
      context,
      parts.reduce((sum, part) => add(context, sum, part)),
    )
  })
}

/** The branches' pictures, from fine to coarse, brought together: [n, features, h / 32, w / 32]. */
function classificationNeck(context: CheckedContext, name: string, branches: readonly FeatureMap[]): FeatureMap {
  const widened = branches.map((x, branch) => blocks(context, `${name}.incre_modules.${branch}`, x))
  const joined = widened.reduce((finer, own, branch) => {
    const names = sequential(`${name}.downsamp_modules.${branch - 1}`)
    return add(context, own, relu(context, convNorm(context, names, finer, { stride })))
  })
  return relu(context, convNorm(context, sequential(`${name}.final_layer`), joined))
}

/**
 * HRNet's classification network without its classifier (Wang et al. 2020) in eval mode: normalised crops [n, 3, h, w] →
 * [n, features]. Widths, blocks and modules are the checkpoint's.
 *
 * @throws AppError weights.tensor-missing, weights.shape-mismatch, weights.type-unsupported
 */
export function hrnet(context: CheckedContext, name: string, crops: ValueName): ValueName {
  const { graph, weights } = context
  return graph.scope(name, () => {
    let stem: FeatureMap = { value: crops, channels: 3 }
    for (const number of [1, 2]) {
      stem = relu(
        context,
        convNorm(context, { conv: `${name}.conv${number}`, norm: `${name}.bn${number}` }, stem, { stride }),
      )
    }
    let branches = [blocks(context, `${name}.layer1`, stem)]
    for (const stage of stages) {
      branches = transition(context, `${name}.transition${stage - 1}`, branches, stage)
      const modules = Math.max(1, listLength(weights, `${name}.stage${stage}`))
      for (let index = 0; index < modules; index += 1) {
        branches = stageModule(context, `${name}.stage${stage}.${index}`, branches)
      }
    }
    return globalMean(graph, classificationNeck(context, name, branches).value)
  })
}
