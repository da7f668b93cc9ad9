import { expect, test } from 'vitest'
import { GraphBuilder } from '#main/onnx/graph-builder.ts'
import { computedWeight, reshaped } from '#main/onnx/weight.ts'
import type { WeightTensor } from '#main/onnx/weight.ts'

const stored: WeightTensor = {
  dtype: 'float32',
  shape: [2, 1, 1],
  toFloat32: () => Float32Array.of(1, 2),
  place: { file: 'net.pth', offset: 640, length: 8 },
}

function initializer(tensor: WeightTensor) {
  const graph = new GraphBuilder('test')
  graph.output(graph.node('Identity', [graph.weight('w', tensor)]), 'y', 'float32', [2])
  return graph.build().initializers[0]!
}

test('float32 values stay in their file', () => {
  expect(initializer(stored)).toEqual({
    name: 'w',
    elementType: 'float32',
    dimensions: [2, 1, 1],
    data: { kind: 'external', location: 'net.pth', offset: 640, length: 8 },
  })
})

test('another shape leaves them there', () => {
  expect(initializer(reshaped(stored, [2]))).toMatchObject({ dimensions: [2], data: { kind: 'external', offset: 640 } })
})

test.each([
  ['of half precision', { ...stored, dtype: 'float16' }],
  ['without a place', { ...stored, place: null }],
  ['worked out', computedWeight([2], () => Float32Array.of(1, 2))],
])('values %s are copied into the graph as float32', (_, tensor) => {
  const { elementType, data } = initializer(tensor)
  expect(elementType).toBe('float32')
  expect(data).toEqual({ kind: 'bytes', bytes: new Uint8Array(Float32Array.of(1, 2).buffer) })
})

test('a name gives one value however often it is asked for', () => {
  const graph = new GraphBuilder('test')
  expect([graph.weight('w', stored), graph.weight('w', stored)]).toEqual(['w', 'w'])
})
