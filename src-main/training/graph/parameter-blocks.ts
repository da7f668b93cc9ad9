import type { WeightSpec } from '#main/onnx/architectures/architecture.ts'
import { integer } from '#main/onnx/graph-builder.ts'
import type { GraphBuilder, ValueName } from '#main/onnx/graph-builder.ts'
import { concatenate } from '#main/onnx/operators/shape.ts'

/** Parameters that the optimiser takes as one tensor: a large one as it is, all small ones end to end. */
export interface ParameterBlock {
  readonly name: string
  readonly specs: readonly WeightSpec[]
  readonly shape: readonly number[]
}

/** Below so many values a parameter's own dozen operators would take longer to start than to run. */
const smallSize = 16_384

const sizeOf = ({ shape }: WeightSpec): number => shape.reduce((size, axis) => size * axis, 1)

/** Every parameter in exactly one block. */
export function parameterBlocks(specs: readonly WeightSpec[]): ParameterBlock[] {
  const small = specs.filter((spec) => sizeOf(spec) < smallSize)
  const own = small.length > 1 ? specs.filter((spec) => !small.includes(spec)) : specs
  const blocks = own.map((spec): ParameterBlock => ({ name: spec.name, specs: [spec], shape: spec.shape }))
  const size = small.reduce((sum, spec) => sum + sizeOf(spec), 0)
  return small.length > 1 ? [...blocks, { name: 'small', specs: small, shape: [size] }] : blocks
}

/** One tensor per parameter, in the block's order → the block. */
export function joinBlock(graph: GraphBuilder, { specs }: ParameterBlock, parts: readonly ValueName[]): ValueName {
  if (specs.length === 1) return parts[0]!
  const flat = parts.map((part, index) =>
    specs[index]!.shape.length === 1 ? part : graph.node('Reshape', [part, graph.int64([sizeOf(specs[index]!)])]),
  )
  return concatenate(graph, flat, 0)
}

/** The block → one tensor per parameter, of its shape. */
export function splitBlock(graph: GraphBuilder, { specs }: ParameterBlock, block: ValueName): readonly ValueName[] {
  if (specs.length === 1) return [block]
  const sizes = graph.int64(specs.map(sizeOf))
  const parts = graph.nodes('Split', [block, sizes], { axis: integer(0) }, specs.length)
  return parts.map((part, index) =>
    specs[index]!.shape.length === 1 ? part : graph.node('Reshape', [part, graph.int64(specs[index]!.shape)]),
  )
}
