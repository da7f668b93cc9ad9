import { integer, integers } from '../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'

interface PoolOptions {
  readonly kernel: number
  readonly stride: number
  readonly padding: number
}

/** The largest value of each square window: [n, c, h, w] → [n, c, h', w']. */
export const maxPool2d = (graph: GraphBuilder, x: ValueName, { kernel, stride, padding }: PoolOptions): ValueName =>
  graph.node('MaxPool', [x], {
    kernel_shape: integers([kernel, kernel]),
    strides: integers([stride, stride]),
    pads: integers([padding, padding, padding, padding]),
  })

/** The mean over all pixels: [n, c, h, w] → [n, c]. */
export const globalMean = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('Flatten', [graph.node('GlobalAveragePool', [x])], { axis: integer(1) })
