import type { OnnxAttribute } from '#main/codecs/onnx/model.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'

const text = (value: string): OnnxAttribute => ({ kind: 'string', value: new TextEncoder().encode(value) })

/** Repeats every pixel `factor` × `factor` times, as PyTorch's Upsample(mode='nearest'): [n, c, h, w] → [n, c, h·f, w·f]. */
export const resizeNearest = (graph: GraphBuilder, x: ValueName, factor: number): ValueName =>
  graph.node('Resize', [x, '', graph.float32([1, 1, factor, factor])], {
    mode: text('nearest'),
    coordinate_transformation_mode: text('asymmetric'),
    nearest_mode: text('floor'),
  })
