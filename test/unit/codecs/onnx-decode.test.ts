import { describe, expect, test } from 'vitest'
import { decodeModel } from '#main/codecs/onnx/decode-model.ts'
import { encodeModel } from '#main/codecs/onnx/encode-model.ts'
import type { OnnxTensor } from '#main/codecs/onnx/model.ts'
import { ProtobufWriter } from '#main/codecs/onnx/protobuf-writer.ts'
import { AppError } from '#shared/contract/app-error.ts'

const writer = (): ProtobufWriter => new ProtobufWriter()

/** A model with one initializer, written field by field. */
const withTensor = (tensor: ProtobufWriter): Uint8Array =>
  writer().integer(1, 8).message(7, writer().message(5, tensor)).finish()

const readTensor = (tensor: ProtobufWriter): OnnxTensor =>
  decodeModel(withTensor(tensor), { file: 'user.onnx' }).graph.initializers[0]!

function packed(field: number, ...values: number[]): ProtobufWriter {
  const inner = writer()
  for (const value of values) inner.integer(1, value)
  // Every varint here is written with the one-byte tag of field 1, which packing leaves out.
  const bytes = inner.finish().filter((_, index) => index % 2 === 1)
  return writer().bytes(field, bytes)
}

function failure(bytes: Uint8Array, maximumMessages?: number): AppError {
  try {
    decodeModel(bytes, { file: 'user.onnx', ...(maximumMessages === undefined ? {} : { maximumMessages }) })
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('the file was accepted')
}

/** A graph in a node's attribute in a graph …, `depth` levels deep. */
function nest(depth: number): ProtobufWriter {
  let graph = writer().string(2, 'innermost')
  for (let level = 0; level < depth; level += 1) {
    const attribute = writer().string(1, 'body').message(6, graph).integer(20, 5)
    graph = writer().message(1, writer().string(4, 'Loop').message(5, attribute))
  }
  return graph
}

describe('values in typed fields', () => {
  test('floats, packed and one by one', () => {
    const expected = new Uint8Array(Float32Array.of(1.5, -2).buffer)
    const packedFloats = writer().integer(1, 2).integer(2, 1).bytes(4, expected)
    const single = writer().integer(1, 2).integer(2, 1).float(4, 1.5).float(4, -2)
    for (const tensor of [packedFloats, single])
      expect(readTensor(tensor).data).toEqual({ kind: 'bytes', bytes: expected })
  })

  test('int32_data is narrowed to the tensor’s own type', () => {
    const tensor = writer().integer(1, 3).integer(2, 3).integer(5, -1).integer(5, 127).integer(5, 0)
    expect(readTensor(tensor)).toMatchObject({ elementType: 'int8', data: { bytes: Uint8Array.of(255, 127, 0) } })
    const half = writer().integer(1, 1).integer(2, 10).integer(5, 0x3c00)
    expect(readTensor(half).data).toEqual({ kind: 'bytes', bytes: Uint8Array.of(0, 0x3c) })
  })

  test('int64_data', () => {
    const tensor = writer().integer(1, 2).integer(2, 7).integer(7, -1).integer(7, 3)
    expect(readTensor(tensor).data).toEqual({ kind: 'bytes', bytes: new Uint8Array(BigInt64Array.of(-1n, 3n).buffer) })
  })

  test('packed dimensions', () => {
    const dimensions = packed(1, 2, 3).finish()
    const graph = writer().bytes(
      5,
      Uint8Array.of(...dimensions, ...writer().integer(2, 2).bytes(9, new Uint8Array(6)).finish()),
    )
    const model = decodeModel(writer().message(7, graph).finish(), { file: 'user.onnx' })
    expect(model.graph.initializers[0]!.dimensions).toEqual([2, 3])
  })
})

test('a size of −1 is one known only when the model runs', () => {
  const dimension = writer().integer(1, -1)
  const type = writer().message(1, writer().integer(1, 1).message(2, writer().message(1, dimension)))
  const graph = writer().message(11, writer().string(1, 'x').message(2, type))
  const model = decodeModel(writer().message(7, graph).finish(), { file: 'user.onnx' })
  expect(model.graph.inputs).toEqual([{ name: 'x', elementType: 'float32', dimensions: [null] }])
})

test('fields that Lectern has no use for are skipped', () => {
  const bytes = writer()
    .string(6, 'documentation')
    .integer(5, 3)
    .message(25, writer())
    .message(7, writer().string(10, 'doc'))
  expect(decodeModel(bytes.finish(), { file: 'user.onnx' }).graph.nodes).toEqual([])
})

const hostile: readonly [what: string, bytes: Uint8Array, code: string, sentence: RegExp][] = [
  ['an empty file', new Uint8Array(0), 'onnx.not-a-model', /user\.onnx holds no ONNX graph/],
  [
    'a photo',
    Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46),
    'onnx.malformed',
    /user\.onnx is not a readable ONNX model/,
  ],
  ['text', new TextEncoder().encode('version https://git-lfs'), 'onnx.malformed', /unknown kind/],
  [
    'a field past the end',
    Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f),
    'onnx.malformed',
    /4294967295 bytes runs past/,
  ],
  ['a length of 2^63', Uint8Array.of(0x3a, ...Array<number>(9).fill(0x80), 1), 'onnx.malformed', /runs past/],
  ['a number without an end', new Uint8Array(12).fill(0xff), 'onnx.malformed', /longer than 64 bits/],
  ['a cut-off number', Uint8Array.of(0x08, 0x80), 'onnx.malformed', /cut off/],
  ['a group', Uint8Array.of(0x0b, 0x0c), 'onnx.malformed', /unknown kind 3/],
  ['field 0', Uint8Array.of(0x00, 0x00), 'onnx.malformed', /no field number 0/],
  ['a graph that is a number', writer().integer(7, 1).finish(), 'onnx.malformed', /a number where/],
  [
    'a name that is not UTF-8',
    writer()
      .message(7, writer().bytes(2, Uint8Array.of(0xc3)))
      .finish(),
    'onnx.malformed',
    /UTF-8/,
  ],
  ['graphs 17 deep', writer().message(7, nest(17)).finish(), 'onnx.malformed', /nested more than 16 deep/],
  ['an unknown element type', withTensor(writer().integer(2, 99)), 'onnx.malformed', /element type 99/],
  ['a tensor without a type', withTensor(writer().integer(1, 1)), 'onnx.malformed', /element type 0/],
  [
    'a shape of 2^40 without data',
    withTensor(
      writer()
        .integer(1, 2 ** 40)
        .integer(2, 1)
        .string(8, 'w'),
    ),
    'onnx.malformed',
    /tensor w of 1099511627776 has 0 bytes where 4398046511104 belong/,
  ],
  [
    'a shape whose product overflows',
    withTensor(
      writer()
        .integer(1, 2 ** 30)
        .integer(1, 2 ** 30)
        .integer(2, 1),
    ),
    'onnx.malformed',
    /impossible shape/,
  ],
  ['a negative size', withTensor(writer().integer(1, -2).integer(2, 1)), 'onnx.malformed', /size -2/],
  [
    'too little data',
    withTensor(writer().integer(1, 2).integer(2, 1).bytes(9, new Uint8Array(4))),
    'onnx.malformed',
    /4 bytes where 8/,
  ],
  [
    'too much data',
    withTensor(writer().integer(2, 1).bytes(9, new Uint8Array(8))),
    'onnx.malformed',
    /8 bytes where 4/,
  ],
  [
    'too many typed values',
    withTensor(writer().integer(2, 7).integer(7, 1).integer(7, 2)),
    'onnx.malformed',
    /more than 1 values/,
  ],
  [
    'floats cut through',
    withTensor(writer().integer(2, 1).bytes(4, new Uint8Array(3))),
    'onnx.malformed',
    /4-byte numbers/,
  ],
  ['too few strings', withTensor(writer().integer(1, 2).integer(2, 8).string(6, 'a')), 'onnx.malformed', /1 strings/],
  ['external data nowhere', withTensor(writer().integer(2, 1).integer(14, 1)), 'onnx.malformed', /not named/],
]

test.each(hostile)('%s is refused by name', (_what, bytes, code, sentence) => {
  const error = failure(bytes)
  expect(error.code).toBe(code)
  expect(error.message).toMatch(sentence)
  expect(error.details.file).toBe('user.onnx')
})

test('external data at a negative place is refused', () => {
  const entry = (key: string, value: string) => writer().string(1, key).string(2, value)
  const tensor = writer()
    .integer(2, 1)
    .message(13, entry('location', 'w.bin'))
    .message(13, entry('offset', '-8'))
    .integer(14, 1)
  expect(failure(withTensor(tensor)).message).toMatch(/offset -8/)
})

test('a flood of empty nodes is refused before it fills the memory', () => {
  const graph = new Uint8Array(200_000)
  for (let index = 0; index < graph.length; index += 2) graph[index] = 0x0a
  expect(failure(writer().bytes(7, graph).finish(), 1000).message).toMatch(/more than 1000 entries/)
})

test('every truncation of a real model is refused or read, never anything else', () => {
  const bytes = encodeModel({
    irVersion: 8,
    operatorSets: new Map([['', 17]]),
    producerName: 'Lectern',
    producerVersion: '1',
    metadata: new Map([['key', 'value']]),
    graph: {
      name: 'g',
      nodes: [{ name: 'n', domain: '', operator: 'Relu', inputs: ['x'], outputs: ['y'], attributes: new Map() }],
      initializers: [
        { name: 'w', elementType: 'int64', dimensions: [1], data: { kind: 'bytes', bytes: new Uint8Array(8) } },
      ],
      inputs: [{ name: 'x', elementType: 'float32', dimensions: ['n', 2] }],
      outputs: [{ name: 'y', elementType: 'float32', dimensions: ['n', 2] }],
    },
  })
  const codes = new Set<string>()
  for (let length = 0; length < bytes.length; length += 1) {
    try {
      decodeModel(bytes.subarray(0, length), { file: 'user.onnx' })
      codes.add('read')
    } catch (error) {
      codes.add((error as AppError).code)
    }
  }
  expect([...codes].toSorted()).toEqual(['onnx.malformed', 'onnx.not-a-model', 'read'])
})
