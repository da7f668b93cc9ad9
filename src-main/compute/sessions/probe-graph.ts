import { modelBytes } from '#main/onnx/model-bytes.ts'
import { bytesOf, GraphBuilder, integer } from '#main/onnx/graph-builder.ts'

/** Students of one probe run and the width of their vectors: two RAFNet modalities, a few photos at once. */
export const probeStudents = 256
export const probeWidth = 2048
const hiddenWidth = 256
const classes = 5

/**
 * A small head as an `.onnx` file: `x` [students, 2048] → Gemm, Relu, Gemm, Softmax → `y` [students, 5].
 * Its operators are those of every head, its size that of a usual one, so that its speed says something about heads.
 */
export function probeModel(): Uint8Array {
  const graph = new GraphBuilder('probe')
  const random = noise(1)
  const weight = (name: string, rows: number, columns: number): string =>
    graph.initializer(name, 'float32', [rows, columns], bytesOf(random(rows * columns, 1 / Math.sqrt(columns))))
  const bias = (name: string, length: number): string =>
    graph.initializer(name, 'float32', [length], bytesOf(random(length, 0.1)))
  const transposed = { transB: integer(1) }

  const x = graph.input('x', 'float32', ['students', probeWidth])
  const hidden = graph.node('Gemm', [x, weight('w1', hiddenWidth, probeWidth), bias('b1', hiddenWidth)], transposed)
  const active = graph.node('Relu', [hidden])
  const logits = graph.node('Gemm', [active, weight('w2', classes, hiddenWidth), bias('b2', classes)], transposed)
  graph.output(graph.node('Softmax', [logits], { axis: integer(1) }), 'y', 'float32', ['students', classes])
  return modelBytes(graph.build())
}

/** Vectors for the probe: the same on every machine. */
export const probeInput = (): Float32Array => noise(2)(probeStudents * probeWidth, 1)

/** Seeded uniform values in ±scale (a 32-bit linear congruential generator; its quality does not matter here). */
function noise(seed: number): (length: number, scale: number) => Float32Array {
  let state = seed >>> 0
  return (length, scale) =>
    Float32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return (state / 2 ** 31 - 1) * scale
    })
}
