import type { ValueName } from '#main/onnx/graph-builder.ts'
import { multiply } from '#main/onnx/operators/elementwise.ts'
import type { TapeValue } from '../tape/tape.ts'
import { graphNames } from './graph-names.ts'
import { joinBlock, splitBlock } from './parameter-blocks.ts'
import type { ParameterBlock } from './parameter-blocks.ts'
import type { StepGraphs } from './step-graphs.ts'

/** A value that every step hands to the next. */
export interface Carried {
  /** Outside the loop: the value before the first step. */
  readonly before: ValueName
  /** Inside: the value before and after a step. */
  readonly inner: string
  readonly after: ValueName
  readonly shape: readonly number[]
  /** Takes the value after the last step. */
  readonly finish: (last: ValueName) => void
}

/** An input of the graph that comes out as it leaves the last step. */
export function carriedAsItIs(
  { outer }: StepGraphs,
  name: string,
  shape: readonly number[],
  inner: string,
  after: ValueName,
): Carried {
  const finish = (last: ValueName): void => outer.output(last, graphNames.after(name), 'float32', shape)
  return { before: outer.input(name, 'float32', shape), inner, after, shape, finish }
}

/**
 * A moment of a block's parameters, each an input and an output of the graph. Inside the loop it is one value, times `scale`; after
 * the last step it is multiplied with `unscale`, a scalar input.
 */
export function carriedMoment(
  { outer }: StepGraphs,
  block: ParameterBlock,
  nameOf: (parameter: string) => string,
  [before, after]: readonly [TapeValue, TapeValue],
  { scale, unscale }: { readonly scale: number; readonly unscale: ValueName },
): Carried {
  const inputs = block.specs.map(({ name, shape }) => outer.input(nameOf(name), 'float32', shape))
  const joined = joinBlock(outer, block, inputs)
  const finish = (last: ValueName): void => {
    for (const [index, part] of splitBlock(outer, block, multiply(outer, last, unscale)).entries()) {
      const { name, shape } = block.specs[index]!
      outer.output(part, graphNames.after(nameOf(name)), 'float32', shape)
    }
  }
  return {
    before: scale === 1 ? joined : multiply(outer, joined, outer.float32(scale)),
    inner: before.name,
    after: after.name,
    shape: block.shape,
    finish,
  }
}
