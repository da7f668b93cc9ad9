import { describe, expect, test } from 'vitest'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import { halfFromNumber } from '#main/codecs/elements/half-float.ts'
import { looksLikeSafetensors, readSafetensors } from '#main/codecs/safetensors/read-safetensors.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import { writeSafetensors } from '../../../support/write-safetensors.ts'

const read = (bytes: Uint8Array) => readSafetensors(bytesSource(bytes), { file: 'weights.safetensors' })

/** A file of a given header and as many zero bytes behind it. */
function fileOf(header: unknown, dataBytes: number, lengthShift = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + text.length + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length + lengthShift), true)
  file.set(text, 8)
  return file
}

const tensor = (dtype: string, shape: unknown, start: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [start, end],
})

describe('reads', () => {
  test('every type as float32, with its place in the file', () => {
    const halves = Uint16Array.from([0.5, -2], halfFromNumber)
    const brains = Uint16Array.from([0x3f80, 0xc000])
    const file = writeSafetensors([
      ['a', { dtype: 'F32', shape: [2, 1], data: Float32Array.from([1.5, -3]) }],
      ['b', { dtype: 'F16', shape: [2], data: halves }],
      ['c', { dtype: 'BF16', shape: [2], data: brains }],
      ['d', { dtype: 'F64', shape: [], data: Float64Array.from([0.25]) }],
      ['e', { dtype: 'I64', shape: [1], data: BigInt64Array.from([-7n]) }],
      ['f', { dtype: 'U8', shape: [0, 3], data: new Uint8Array(0) }],
    ])
    const tensors = read(file)
    expect([...tensors].map(([name, { toFloat32 }]) => [name, ...toFloat32()])).toEqual([
      ['a', 1.5, -3],
      ['b', 0.5, -2],
      ['c', 1, -2],
      ['d', 0.25],
      ['e', -7],
      ['f'],
    ])
    const { dtype, shape, offset, length } = tensors.get('a')!
    expect({ dtype, shape, length }).toEqual({ dtype: 'float32', shape: [2, 1], length: 8 })
    expect(new DataView(file.buffer).getFloat32(offset + 4, true)).toBe(-3)
  })

  test('values that lie at odd offsets', () => {
    const file = writeSafetensors([
      ['one', { dtype: 'U8', shape: [1], data: Uint8Array.of(9) }],
      ['two', { dtype: 'F32', shape: [1], data: Float32Array.of(4.5) }],
    ])
    expect([...read(file).get('two')!.toFloat32()]).toEqual([4.5])
  })

  test('metadata are no tensor; names may be anything', () => {
    const header = { __metadata__: { format: 'pt' }, constructor: tensor('F32', [1], 0, 4) }
    expect([...read(fileOf(header, 4)).keys()]).toEqual(['constructor'])
  })

  test('only the header until values are asked for', () => {
    const bytes = fileOf({ a: tensor('F32', [1000], 0, 4000) }, 4000)
    let most = 0
    const source = bytesSource(bytes)
    const counted = {
      ...source,
      read: (offset: number, length: number) => {
        most = Math.max(most, offset + length)
        return source.read(offset, length)
      },
    }
    readSafetensors(counted, { file: 'x' })
    expect(most).toBe(bytes.length - 4000)
  })
})

describe('refuses', () => {
  const good = { a: tensor('F32', [2], 0, 8) }
  const cases: readonly [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(0), 'truncated'],
    ['a length and nothing else', fileOf('', 0, 40), 'truncated'],
    ['a header of more than 100 MB', Uint8Array.from([0, 0, 0, 0, 0, 1, 0, 0, 0x7b]), 'malformed'],
    ['a header that is no JSON', fileOf('{"a":', 0), 'malformed'],
    ['a header that is a list', fileOf([1], 0), 'malformed'],
    ['a header that is no UTF-8', Uint8Array.from([...fileOf('{"é"', 0).subarray(0, 11), 0xff, 0xff]), 'malformed'],
    ['a tensor cut short', fileOf(good, 7), 'truncated'],
    ['bytes behind the tensors', fileOf(good, 9), 'malformed'],
    ['a gap', fileOf({ a: tensor('F32', [1], 4, 8) }, 8), 'malformed'],
    ['tensors that overlap', fileOf({ ...good, b: tensor('F32', [2], 4, 12) }, 12), 'malformed'],
    ['a shape that needs another length', fileOf({ a: tensor('F32', [3], 0, 8) }, 8), 'malformed'],
    ['a shape of 2^62', fileOf({ a: tensor('F32', [2 ** 31, 2 ** 31], 0, 8) }, 8), 'malformed'],
    ['a negative size', fileOf({ a: tensor('F32', [-1, -2], 0, 8) }, 8), 'malformed'],
    ['a broken size', fileOf({ a: tensor('F32', [0.5, 4], 0, 8) }, 8), 'malformed'],
    ['no shape', fileOf({ a: { dtype: 'F32', data_offsets: [0, 8] } }, 8), 'malformed'],
    ['no place', fileOf({ a: { dtype: 'F32', shape: [2] } }, 8), 'malformed'],
    ['a place before the data', fileOf({ a: tensor('F32', [2], -8, 0) }, 0), 'malformed'],
    ['an entry that is nothing', fileOf({ a: null }, 0), 'malformed'],
    ['an unknown type', fileOf({ a: tensor('F8_E4M3', [8], 0, 8) }, 8), 'dtype-unsupported'],
  ]
  test.each(cases)('%s', (_, bytes, reason) => {
    const error = thrownAppError(() => read(bytes))
    expect(error.code).toBe(`safetensors.${reason}`)
    expect(error.message).toMatch(/^weights\.safetensors: .+\.$/)
  })
})

test('is told from other files', () => {
  expect(looksLikeSafetensors(bytesSource(fileOf({}, 0)))).toBe(true)
  expect(looksLikeSafetensors(bytesSource(Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0])))).toBe(false)
  expect(looksLikeSafetensors(bytesSource(new Uint8Array(4)))).toBe(false)
})
