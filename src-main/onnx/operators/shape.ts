import { elementTypeCode } from '#main/codecs/onnx/element-types.ts'
import type { OnnxElementType } from '#main/codecs/onnx/model.ts'
import { integer } from '../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'

/** Joins along an axis; one value is returned as it is. */
export const concatenate = (graph: GraphBuilder, values: readonly ValueName[], axis: number): ValueName =>
  values.length === 1 ? values[0]! : graph.node('Concat', values, { axis: integer(axis) })

/** Elements start to end (exclusive) of one axis. */
export const slice = (graph: GraphBuilder, x: ValueName, axis: number, start: number, end: number): ValueName =>
  graph.node('Slice', [x, graph.int64([start]), graph.int64([end]), graph.int64([axis])])

/** Adds an axis of size 1. */
export const unsqueeze = (graph: GraphBuilder, x: ValueName, axis: number): ValueName =>
  graph.node('Unsqueeze', [x, graph.int64([axis])])

/** Removes an axis of size 1. */
export const squeeze = (graph: GraphBuilder, x: ValueName, axis: number): ValueName =>
  graph.node('Squeeze', [x, graph.int64([axis])])

/** Rows of x [n, …] by index [a, b, …] → [a, b, …, …]. */
export const gatherRows = (graph: GraphBuilder, x: ValueName, index: ValueName): ValueName =>
  graph.node('Gather', [x, index], { axis: integer(0) })

/** The size of one axis as a vector of one int64. */
export const sizeOf = (graph: GraphBuilder, x: ValueName, axis: number): ValueName =>
  graph.node('Gather', [graph.node('Shape', [x]), graph.int64([axis])], { axis: integer(0) })

export const cast = (graph: GraphBuilder, x: ValueName, elementType: OnnxElementType): ValueName =>
  graph.node('Cast', [x], { to: integer(elementTypeCode(elementType)) })

/** 0, 1, …, count − 1 from a vector of one int64. */
export const range = (graph: GraphBuilder, count: ValueName): ValueName =>
  graph.node('Range', [graph.int64(0), squeeze(graph, count, 0), graph.int64(1)])

/** Each run of d neighbouring columns of x [n, groups · d] times one column of `factors` [n, groups]. */
export function multiplyGroups(graph: GraphBuilder, x: ValueName, factors: ValueName): ValueName {
  const shape = graph.node('Concat', [graph.node('Shape', [factors]), graph.int64([-1])], { axis: integer(0) })
  const product = graph.node('Mul', [graph.node('Reshape', [x, shape]), unsqueeze(graph, factors, 2)]) // [n, groups, d]
  return graph.node('Reshape', [product, graph.int64([0, -1])])
}
