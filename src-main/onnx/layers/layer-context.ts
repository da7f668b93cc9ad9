import type { GraphBuilder, ValueName } from '../graph-builder.ts'
import type { WeightTensor, WeightTensors } from '../weight.ts'

/** What the layers of one network are built into and from. */
export interface LayerContext {
  readonly graph: GraphBuilder
  readonly weights: WeightTensors
  /** What Linear layers compute in; float32 where left out. */
  readonly linearLayers?: 'float32' | 'int8'
}

/** A weight's tensor; that it is there was checked before a graph is built. */
export function tensorOf({ weights }: LayerContext, name: string): WeightTensor {
  const tensor = weights.get(name)
  if (!tensor) throw new TypeError(`the network needs a weight named ${name}`)
  return tensor
}

/** A weight as a value of the graph. */
export const weightOf = (context: LayerContext, name: string): ValueName =>
  context.graph.weight(name, tensorOf(context, name))
