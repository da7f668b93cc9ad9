import { describe, expect, test } from 'vitest'
import { decodeModel } from '#main/codecs/onnx/decode-model.ts'
import { encodeModel } from '#main/codecs/onnx/encode-model.ts'
import type { OnnxGraph, OnnxModel, OnnxTensor } from '#main/codecs/onnx/model.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const tensor = (name: string, over: Partial<OnnxTensor> = {}): OnnxTensor => ({
  name,
  elementType: 'float32',
  dimensions: [2, 3],
  data: { kind: 'bytes', bytes: bytesOf(Float32Array.of(1, -2, 3.5, Number.NaN, Infinity, -0)) },
  ...over,
})

const emptyGraph: OnnxGraph = { name: 'empty', nodes: [], initializers: [], inputs: [], outputs: [] }

function model(graph: Partial<OnnxGraph>): OnnxModel {
  return {
    irVersion: 8,
    operatorSets: new Map([
      ['', 17],
      ['com.microsoft', 1],
    ]),
    producerName: 'Lectern',
    producerVersion: '1.2.3',
    metadata: new Map([['class names', 'Bowing Head,低头']]),
    graph: { ...emptyGraph, ...graph },
  }
}

const roundTrip = (value: OnnxModel): OnnxModel => decodeModel(encodeModel(value), { file: 'model.onnx' })

describe('a model written and read again', () => {
  test('keeps every kind of attribute', () => {
    const attributes = new Map([
      ['float', { kind: 'float', value: 0.5 }],
      ['int', { kind: 'int', value: -(2n ** 63n) }],
      ['large', { kind: 'int', value: 2n ** 63n - 1n }],
      ['string', { kind: 'string', value: utf8('größer') }],
      ['tensor', { kind: 'tensor', value: tensor('inner') }],
      ['graph', { kind: 'graph', value: { ...emptyGraph, name: 'body' } }],
      ['floats', { kind: 'floats', value: [1, -0.25, Infinity] }],
      ['ints', { kind: 'ints', value: [0n, -1n, 127n, 128n, 2n ** 40n] }],
      ['strings', { kind: 'strings', value: [utf8(''), utf8('b')] }],
      ['tensors', { kind: 'tensors', value: [tensor('x'), tensor('y', { dimensions: [6] })] }],
      ['graphs', { kind: 'graphs', value: [emptyGraph] }],
    ] as const)
    const node = {
      name: 'n',
      domain: 'com.microsoft',
      operator: 'Op',
      inputs: ['a', '', 'b'],
      outputs: ['c'],
      attributes,
    }
    const value = model({ nodes: [node] })
    expect(roundTrip(value)).toEqual(value)
  })

  test('keeps inputs and outputs of known, named, unnamed and unknown sizes', () => {
    const value = model({
      inputs: [
        { name: 'fixed', elementType: 'float32', dimensions: [1, 3, 224, 224] },
        { name: 'dynamic', elementType: 'int64', dimensions: ['n', null, 0] },
        { name: 'scalar', elementType: 'bool', dimensions: [] },
        { name: 'any rank', elementType: 'string', dimensions: null },
        { name: 'no tensor', elementType: null, dimensions: null },
      ],
    })
    expect(roundTrip(value).graph.inputs).toEqual(value.graph.inputs)
  })

  test('keeps tensors of every width, empty, scalar, external and of strings', () => {
    const bytes = (length: number): OnnxTensor['data'] => ({ kind: 'bytes', bytes: new Uint8Array(length).fill(7) })
    const initializers: OnnxTensor[] = [
      tensor('floats'),
      tensor('none', { dimensions: [0, 5], data: bytes(0) }),
      tensor('scalar', { elementType: 'int64', dimensions: [], data: bytes(8) }),
      tensor('half', { elementType: 'float16', dimensions: [3], data: bytes(6) }),
      tensor('nibbles', { elementType: 'int4', dimensions: [3], data: bytes(2) }),
      tensor('complex', { elementType: 'complex128', dimensions: [1], data: bytes(16) }),
      tensor('large', { elementType: 'uint8', dimensions: [100, 100], data: bytes(10_000) }),
      tensor('words', {
        elementType: 'string',
        dimensions: [2],
        data: { kind: 'strings', strings: [utf8('a'), utf8('')] },
      }),
      tensor('outside', { data: { kind: 'external', location: 'weights.bin', offset: 4096, length: 24 } }),
      tensor('rest of file', { data: { kind: 'external', location: 'weights.bin', offset: 0, length: null } }),
    ]
    expect(roundTrip(model({ initializers })).graph.initializers).toEqual(initializers)
  })

  test('gives weights as views of the file, not copies', () => {
    const bytes = encodeModel(model({ initializers: [tensor('w')] }))
    const { data } = decodeModel(bytes, { file: 'model.onnx' }).graph.initializers[0]!
    expect(data.kind === 'bytes' && data.bytes.buffer).toBe(bytes.buffer)
  })
})
