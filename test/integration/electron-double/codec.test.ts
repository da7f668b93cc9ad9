import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../support/electron-double/codec.ts'

const bytes = new Uint8Array([1, 2, 3, 4]).buffer
const shared = { list: [1, undefined, 3] }

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['numbers', [0, -0, NaN, Infinity, -Infinity, 1.5, 10n]],
  ['text', 'ü\u2028 字'],
  ['holes', Object.assign(new Array(3), { 0: 1, 2: undefined })],
  ['dates and expressions', [new Date(5), new Date(NaN), /x/gi]],
  ['maps and sets', new Map<unknown, unknown>([[shared, new Set([1, shared])]])],
  ['views', [new Uint8Array(bytes, 1, 2), new DataView(bytes, 2), new Float32Array([1.5]), new BigInt64Array([-3n])]],
  ['errors', new RangeError('no', { cause: shared })],
  ['a key named __proto__', JSON.parse('{"__proto__": {"x": 1}}')],
])('%s cross as the platform clones them', (_kind, value) => {
  expect(isDeepStrictEqual(decode(encode(value)), structuredClone(value))).toBe(true)
})

test('shared parts stay shared, and cycles closed', () => {
  const value: Record<string, unknown> = { first: shared, second: shared }
  const views = [new Uint8Array(bytes, 1), new Uint8Array(bytes, 2)]
  Object.assign(value, { self: value, views })
  const crossed = decode(encode(value)) as typeof value & { views: Uint8Array[] }
  expect(crossed.self).toBe(crossed)
  expect(crossed['first']).toBe(crossed['second'])
  expect(crossed.views[0]!.buffer).toBe(crossed.views[1]!.buffer)
})

describe('what Electron refuses', () => {
  test.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a method', { go() {} }],
    ['a blob', new Blob(['x'])],
    ['a promise', Promise.resolve()],
  ])('%s', (_kind, value) => {
    expect(() => encode(value)).toThrow('An object could not be cloned.')
  })
})
