import { integer, integers } from '../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'

/** Sum over the last axis, which stays as 1. */
export const sumOfRow = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('ReduceSum', [x, graph.int64([-1])], { keepdims: integer(1) })

/** Euclidean norm over the last axis, which stays as 1. */
export const normOfRow = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('ReduceL2', [x], { axes: integers([-1]), keepdims: integer(1) })

/** Largest value over the last axis, which stays as 1. */
export const maximumOfRow = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('ReduceMax', [x], { axes: integers([-1]), keepdims: integer(1) })

/** Mean of all elements, a scalar. */
export const mean = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('ReduceMean', [x], { keepdims: integer(0) })
