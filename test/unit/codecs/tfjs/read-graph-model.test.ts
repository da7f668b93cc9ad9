import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { halfFromNumber } from '#main/codecs/elements/half-float.ts'
import { readGraphModel } from '#main/codecs/tfjs/read-graph-model.ts'
import { thrownAppError } from '../../../support/app-error.ts'

const file = 'model.json'
const nodes = [
  { name: 'x', op: 'Placeholder' },
  {
    name: 'y',
    op: 'Conv2D',
    input: ['x', '^control', 'w:0'],
    attr: {
      strides: { list: { i: ['1', '2', '2', '1'] } },
      padding: { s: Buffer.from('VALID').toString('base64') },
      alpha: { f: 0.25 },
      keep: { b: false },
      count: { i: '3' },
      T: { type: 'DT_FLOAT' },
    },
  },
]
const weights = [
  { name: 'f', shape: [2], dtype: 'float32' },
  { name: 'half', shape: [1, 3], dtype: 'float32', quantization: { dtype: 'float16' } },
  { name: 'byte', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
  { name: 'whole', shape: [], dtype: 'int32' },
  { name: 'none', shape: [0, 7], dtype: 'int32' },
]
/** float32 1 and −2; halves 1, −0.5, 65504; bytes 0 and 255; int32 −7. */
const values = Buffer.concat([
  Buffer.from(Float32Array.of(1, -2).buffer),
  Buffer.from(Uint16Array.from([1, -0.5, 65504], halfFromNumber).buffer),
  Buffer.from([0, 255]),
  Buffer.from(Int32Array.of(-7).buffer),
])
const whole = {
  format: 'graph-model',
  modelTopology: { node: nodes },
  weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights }],
}
const read = (model: unknown, shards: Readonly<Record<string, Uint8Array>> = split(values, 5)) =>
  readGraphModel({
    file,
    model: typeof model === 'string' ? Buffer.from(model) : Buffer.from(JSON.stringify(model)),
    shard: (name) => shards[name] ?? Buffer.alloc(0),
  })
const split = (bytes: Buffer, at: number) => ({ 'a.bin': bytes.subarray(0, at), 'b.bin': bytes.subarray(at) })

describe('a TensorFlow.js graph model', () => {
  test('has its nodes and weights, whichever way numbers are stored, over several files', () => {
    const { nodes: found, weights: tensors } = read(whole)
    expect(found.get('y')).toEqual({
      name: 'y',
      operator: 'Conv2D',
      inputs: ['x', 'w:0'],
      attributes: new Map<string, unknown>([
        ['strides', { kind: 'integers', value: [1, 2, 2, 1] }],
        ['padding', { kind: 'text', value: 'VALID' }],
        ['alpha', { kind: 'float', value: 0.25 }],
        ['keep', { kind: 'boolean', value: false }],
        ['count', { kind: 'integer', value: 3 }],
      ]),
    })
    expect(Object.fromEntries([...tensors].map(([name, tensor]) => [name, [...tensor.values]]))).toEqual({
      f: [1, -2],
      half: [1, -0.5, 65504],
      byte: [-1, 126.5],
      whole: [-7],
      none: [],
    })
    expect(tensors.get('half')?.shape).toEqual([1, 3])
    expect(tensors.get('whole')?.shape).toEqual([])
  })

  const changed = (weight: object) => ({
    ...whole,
    weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: [weight] }],
  })
  test.each<[string, unknown, string, RegExp]>([
    ['no text', '\u0000\u0001', 'tfjs.not-json', /model\.json: it is no JSON text/],
    ['an empty file', '', 'tfjs.not-json', /no JSON text/],
    ['a list', [], 'tfjs.malformed', /at its root/],
    ['a layers model', { ...whole, format: 'layers-model' }, 'tfjs.malformed', /format/],
    ['no nodes', { ...whole, modelTopology: {} }, 'tfjs.malformed', /modelTopology\.node/],
    [
      'an integer that is none',
      { ...whole, modelTopology: { node: [{ name: 'x', op: 'y', attr: { a: { i: '1e9' } } }] } },
      'tfjs.malformed',
      /modelTopology\.node\.0\.attr\.a\.i/,
    ],
    [
      'two nodes of one name',
      { ...whole, modelTopology: { node: [nodes[0], nodes[0]] } },
      'tfjs.malformed',
      /two nodes named "x"/,
    ],
    [
      'two weights of one name',
      { ...whole, weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: [...weights, weights[4]] }] },
      'tfjs.malformed',
      /two weights named "none"/,
    ],
    [
      'a size that would fill the memory',
      changed({ name: 'w', shape: [9e15, 9e15, 9e15, 9e15], dtype: 'float32' }),
      'tfjs.weights-size',
      /there are 20/,
    ],
    ['a negative size', changed({ name: 'w', shape: [-5], dtype: 'float32' }), 'tfjs.malformed', /shape/],
    ['a fraction of a size', changed({ name: 'w', shape: [2.5], dtype: 'float32' }), 'tfjs.malformed', /shape/],
    ['a type that is not read', changed({ name: 'w', shape: [5], dtype: 'string' }), 'tfjs.malformed', /dtype/],
    [
      'quantised without a scale',
      changed({ name: 'w', shape: [20], dtype: 'float32', quantization: { dtype: 'uint8', min: 0 } }),
      'tfjs.malformed',
      /"w" is quantised/,
    ],
    [
      'a file elsewhere',
      { ...whole, weightsManifest: [{ paths: ['../secret.bin'], weights }] },
      'tfjs.malformed',
      /"\.\.\/secret\.bin"/,
    ],
    [
      'a hidden file',
      { ...whole, weightsManifest: [{ paths: ['.ssh'], weights }] },
      'tfjs.malformed',
      /no plain file name/,
    ],
    [
      'an absolute path',
      { ...whole, weightsManifest: [{ paths: ['C:\\x.bin'], weights }] },
      'tfjs.malformed',
      /no plain file name/,
    ],
  ])('%s is refused', (_, model, code, sentence) => {
    const error = thrownAppError(() => read(model))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(sentence)
  })

  test.each([0, 1, values.length - 1])('weights that end after %i bytes are refused', (length) => {
    const error = thrownAppError(() => read(whole, { 'a.bin': values.subarray(0, length) }))
    expect([error.code, error.details['available']]).toEqual(['tfjs.weights-size', length])
  })

  test('weights with a byte too many are refused', () => {
    const error = thrownAppError(() => read(whole, split(Buffer.concat([values, Buffer.of(0)]), 5)))
    expect(error.code).toBe('tfjs.weights-size')
  })
})
