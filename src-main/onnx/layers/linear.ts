import type { ValueName } from '../graph-builder.ts'
import * as operators from '../operators/linear.ts'
import { weightOf } from './layer-context.ts'
import type { LayerContext } from './layer-context.ts'
import { quantisedLinear } from './quantised-linear.ts'

/** Parameters of a Linear layer in the checkpoint. */
export interface LinearNames {
  readonly weight: string
  readonly bias: string
}

/** PyTorch's Linear: x [n, in], `<name>.weight` [out, in], `<name>.bias` [out] → [n, out]. */
export const linear = (context: LayerContext, name: string, x: ValueName): ValueName =>
  linearOf(context, { weight: `${name}.weight`, bias: `${name}.bias` }, x)

/** The same for parameters of other names. */
export const linearOf = (context: LayerContext, names: LinearNames, x: ValueName): ValueName =>
  context.linearLayers === 'int8'
    ? quantisedLinear(context, names, x)
    : operators.linear(context.graph, x, weightOf(context, names.weight), weightOf(context, names.bias))
