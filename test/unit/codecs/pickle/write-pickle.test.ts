import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { numberDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import { NdArrayStream, PickleListStream } from '#main/codecs/pickle/streams.ts'
import { PickleFloat, PickleTuple } from '#main/codecs/pickle/values.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { writePickle, writePickleChunks } from '#main/codecs/pickle/write-pickle.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import { describePickle } from '../../../support/describe-pickle.ts'

const file = 'written.pkl'
const fixture = (name: string): Uint8Array =>
  readFileSync(resolve(import.meta.dirname, '../../../fixtures/pickle', `${name}.pkl`))
const again = (value: PickleValue): PickleValue => readPickle(writePickle(value), { file })

describe('written and read again', () => {
  it.each(['plain-p0', 'plain-p4', 'arrays-numpy1-p2', 'arrays-numpy1-p5', 'arrays-numpy2-p5'])('%s', (name) => {
    const value = readPickle(fixture(name), { file })
    expect(describePickle(again(value))).toEqual(describePickle(value))
  })

  it.each([0, 1, 3, 255, 256, 65_535, 65_536, 70_000, 300_000])(
    'bytes and text of length %i, whatever the frames',
    (length) => {
      const value = ['before', new Uint8Array(length).fill(7), 'x'.repeat(length), 'é'.repeat(length), 'behind']
      expect(again(value)).toEqual(value)
    },
  )

  it.each([0, 1, 999, 1000, 1001, 2000, 5001])('a list and a dict of %i items, whatever the batches', (length) => {
    const list = Array.from({ length }, (_, index) => index)
    expect(again(list)).toEqual(list)
    const dict = new Map(list.map((index) => [index, `v${index}`]))
    expect(again(dict)).toEqual(dict)
  })

  it('plain numbers are integers where they are whole, else floats', () => {
    expect(again([3, 0.5, -0, NaN, 2 ** 60])).toEqual([
      3,
      new PickleFloat(0.5),
      new PickleFloat(-0),
      new PickleFloat(NaN),
      BigInt(2 ** 60),
    ])
  })

  it('what is shared stays shared', () => {
    const shared = ['x']
    const value = again([shared, shared, new PickleTuple([shared])])
    if (!Array.isArray(value)) throw new Error('no list')
    expect(value[0]).toBe(value[1])
  })

  it('exponential sharing is written in no time', () => {
    let value: PickleValue = 'lol'
    for (let level = 0; level < 400; level += 1) value = [value, value]
    expect(writePickle(value).byteLength).toBeLessThan(10_000)
  })
})

describe('streams', () => {
  const rows = Array.from({ length: 3000 }, (_, row) =>
    Float32Array.from({ length: 40 }, (_value, index) => row + index / 64),
  )
  const bytesOf = (row: Float32Array): Uint8Array => new Uint8Array(row.buffer)

  it('an array whose bytes come in pieces', () => {
    const stream = new NdArrayStream(numberDtype('float32'), [3000, 40], rows.map(bytesOf))
    const value = again(new Map([['convnext', stream]]))
    const array = value instanceof Map ? value.get('convnext') : null
    if (!(array instanceof NdArray)) throw new Error('no array')
    expect(array.shape).toEqual([3000, 40])
    expect(array.toFloat32().subarray(2999 * 40)).toEqual(rows[2999])
  })

  it('a short array whose bytes come in pieces', () => {
    const pieces = [Uint8Array.of(1), Uint8Array.of(2, 3)]
    const value = again([new NdArrayStream(numberDtype('uint8'), [3], pieces), 'behind'])
    expect(describePickle(value)).toEqual(describePickle([NdArray.of('uint8', Uint8Array.of(1, 2, 3)), 'behind']))
  })

  it('a list whose arrays are made one by one', () => {
    const list = new PickleListStream(rows.map((row) => NdArray.of('float32', row)))
    const value = again(list)
    expect(Array.isArray(value) && value.length).toBe(3000)
    expect(describePickle(value)).toEqual(describePickle(rows.map((row) => NdArray.of('float32', row))))
  })

  it('an empty list stream', () => {
    expect(again(new PickleListStream([]))).toEqual([])
  })

  it.each([
    ['too few', [new Uint8Array(7)]],
    ['too many', [new Uint8Array(8), new Uint8Array(1)]],
    ['none', []],
  ])('%s bytes are refused', (_name, pieces) => {
    const stream = new NdArrayStream(numberDtype('float32'), [2], pieces)
    expect(thrownAppError(() => writePickle(stream)).code).toBe('pickle.stream-length')
  })

  it('pieces come out before the next are asked for', () => {
    const large = new Uint8Array(100_000)
    let asked = 0
    const pieces = (function* () {
      for (; asked < 10; asked += 1) yield large
    })()
    const stream = new NdArrayStream(numberDtype('uint8'), [1_000_000], pieces)
    let written = 0
    for (const chunk of writePickleChunks(stream)) {
      if (chunk === large) written += 1
      expect(asked - written).toBeLessThanOrEqual(1)
    }
    expect(written).toBe(10)
  })
})

describe('what has no form in a pickle', () => {
  it('nesting deeper than Python reads is refused', () => {
    let deep: PickleValue = null
    for (let level = 0; level < 2000; level += 1) deep = new PickleTuple([deep])
    expect(thrownAppError(() => writePickle(deep)).code).toBe('pickle.not-writable')
  })

  it('a tuple that contains itself is refused', () => {
    const items: PickleValue[] = []
    items.push(new PickleTuple(items))
    expect(thrownAppError(() => writePickle(new PickleTuple(items))).code).toBe('pickle.not-writable')
  })
})

describe('numpy scalars', () => {
  it('keep their bytes', () => {
    const value = again([NumpyScalar.int64(-3), NumpyScalar.int64(2n ** 62n), NumpyScalar.float64(0.1)])
    const values = Array.isArray(value) ? value.map((item) => item instanceof NumpyScalar && item.value) : []
    expect(values).toEqual([-3, 2n ** 62n, 0.1])
  })
})
