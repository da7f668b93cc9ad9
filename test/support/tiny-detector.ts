import { encodeModel, writtenIrVersion, writtenOperatorSet } from '#main/codecs/onnx/encode-model.ts'
import type { OnnxElementType } from '#main/codecs/onnx/model.ts'
import { bytesOf, GraphBuilder } from '#main/onnx/graph-builder.ts'
import type { Dimension } from '#main/onnx/graph-builder.ts'

export interface TinyDetector {
  /** Dimensions of the input; a picture [1, 3, 64, 64] where left out. */
  readonly input?: readonly Dimension[]
  readonly inputType?: OnnxElementType
  readonly output: readonly number[]
  /** Entries of the output that are not 0: index → value. */
  readonly values: ReadonlyMap<number, number>
}

/** A `.onnx` file that answers with the same numbers to every picture. */
export function tinyDetector({
  input = [1, 3, 64, 64],
  inputType = 'float32',
  output,
  values,
}: TinyDetector): Uint8Array {
  const graph = new GraphBuilder('tiny')
  const image = graph.input('images', inputType, input)
  const answer = new Float32Array(output.reduce((all, size) => all * size, 1))
  for (const [index, value] of values) answer[index] = value
  const constant = graph.initializer('answer', 'float32', output, bytesOf(answer))
  const picture = inputType === 'float32' ? image : graph.node('Cast', [image], { to: { kind: 'int', value: 1n } })
  const mean = graph.node('ReduceMean', [picture], { keepdims: { kind: 'int', value: 0n } })
  graph.output(graph.node('Add', [constant, graph.node('Mul', [mean, graph.float32(0)])]), 'output0', 'float32', output)
  return encodeModel({
    irVersion: writtenIrVersion,
    operatorSets: new Map([['', writtenOperatorSet]]),
    producerName: 'test',
    producerVersion: '0',
    metadata: new Map(),
    graph: graph.build(),
  })
}

/** One person as YOLOv8's layout has it in one of 84 cells, over 64 × 64 px: centre, size and score. */
const person = (cell: number, cx: number, width: number, score: number): [number, number][] => [
  [cell, cx],
  [84 + cell, 32],
  [168 + cell, width],
  [252 + cell, 16],
  [336 + cell, score],
]

/** Two persons, wherever it looks. */
export const twoPersons = (): Uint8Array =>
  tinyDetector({ output: [1, 5, 84], values: new Map([...person(3, 40, 8, 0.9), ...person(20, 16, 8, 0.6)]) })

/** So many persons side by side, wherever it looks; no two are alike in size. */
export const personsInRow = (count: number): Uint8Array => {
  const step = 60 / count
  const persons = Array.from({ length: count }, (_, index) =>
    person(index, 2 + step * (index + 0.5), step * (0.5 + 0.4 * (index / count)), 0.9 - 0.3 * (index / count)),
  )
  return tinyDetector({ output: [1, 5, 84], values: new Map(persons.flat()) })
}
