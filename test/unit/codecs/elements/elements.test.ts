import { describe, expect, it } from 'vitest'
import { elementBytes, swapByteOrder, viewElements } from '#main/codecs/elements/element-type.ts'
import {
  columnMajorStrides,
  eachStrided,
  elementCount,
  isRowMajor,
  rowMajorStrides,
} from '#main/codecs/elements/row-major.ts'
import { halfFromNumber } from '#main/codecs/elements/half-float.ts'
import { elementsToFloat32, elementsToFloat64 } from '#main/codecs/elements/to-float.ts'

describe('views', () => {
  it('are views where the bytes are aligned, else copies', () => {
    const bytes = new Uint8Array(24)
    new DataView(bytes.buffer).setFloat32(8, 1.5, true)
    new DataView(bytes.buffer).setFloat32(13, 2.5, true)
    expect(viewElements('float32', bytes.subarray(8, 12))).toEqual(Float32Array.of(1.5))
    expect(viewElements('float32', bytes.subarray(8, 12)).buffer).toBe(bytes.buffer)
    expect(viewElements('float32', bytes.subarray(13, 17))).toEqual(Float32Array.of(2.5))
    expect(viewElements('float32', bytes.subarray(13, 17)).buffer).not.toBe(bytes.buffer)
  })

  it('of a Buffer copy what is not aligned', () => {
    const buffer = Buffer.from([9, 1, 0, 0, 0])
    const view = viewElements('int32', buffer.subarray(1))
    expect([...(view as Int32Array)]).toEqual([1])
  })

  it('byte order is swapped element by element', () => {
    expect([...swapByteOrder(Uint8Array.of(1, 2, 3, 4), 2)]).toEqual([2, 1, 4, 3])
    expect(swapByteOrder(new Uint8Array(0), 8)).toHaveLength(0)
  })
})

describe('floats', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xbc00, -1],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7bff, 65504],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('float16 %i is %d', (raw, value) => {
    expect([...elementsToFloat32('float16', Uint16Array.of(raw))]).toEqual([value])
    expect([...elementsToFloat64('float16', Uint16Array.of(raw))]).toEqual([value])
  })

  it('float16 grows with its bits and mirrors its sign', () => {
    const positive = elementsToFloat32(
      'float16',
      Uint16Array.from({ length: 0x7c01 }, (_, raw) => raw),
    )
    const negative = elementsToFloat32(
      'float16',
      Uint16Array.from({ length: 0x7c01 }, (_, raw) => raw | 0x8000),
    )
    for (let raw = 1; raw <= 0x7c00; raw += 1) {
      if (!(positive[raw]! > positive[raw - 1]!) || positive[raw] !== -negative[raw]!) throw new Error(`half ${raw}`)
    }
    expect(positive[0x7c00]).toBe(Infinity)
  })

  it('every float16 comes back from its number', () => {
    const raw = Uint16Array.from({ length: 65_536 }, (_, index) => index)
    const values = elementsToFloat64('float16', raw)
    const wrong = [...raw].filter((half) => !Number.isNaN(values[half]) && halfFromNumber(values[half]!) !== half)
    expect(wrong).toEqual([])
    expect(elementsToFloat64('float16', Uint16Array.of(halfFromNumber(NaN)))[0]).toBeNaN()
  })

  it.each([
    ['a tie goes to the even below', 1 + 2 ** -11, 0x3c00],
    ['a tie goes to the even above', 1 + 3 * 2 ** -11, 0x3c02],
    ['a little more than a tie goes up', 1 + 2 ** -11 + 2 ** -40, 0x3c01],
    ['up to the next power', 2 - 2 ** -12, 0x4000],
    ['the largest', 65_519.99, 0x7bff],
    ['beyond the largest', 65_520, 0x7c00],
    ['half of the smallest', 2 ** -25, 0],
    ['more than half of the smallest', 2 ** -25 * 1.01, 1],
    ['subnormal up to normal', 2 ** -14 - 2 ** -26, 0x0400],
    ['minus zero', -0, 0x8000],
    ['minus infinity', -Infinity, 0xfc00],
  ])('to float16: %s', (_name, value, raw) => {
    expect(halfFromNumber(value)).toBe(raw)
  })

  it.each([
    [0x3f80, 1],
    [0xc000, -2],
    [0x7f80, Infinity],
    [0x8000, -0],
    [0x0001, 2 ** -133],
  ])('bfloat16 %i is %d', (raw, value) => {
    expect([...elementsToFloat32('bfloat16', Uint16Array.of(raw))]).toEqual([value])
  })

  it('integers become floats; float arrays of the wanted kind are the same array', () => {
    expect([...elementsToFloat64('int64', BigInt64Array.of(-1n, 2n ** 53n))]).toEqual([-1, 2 ** 53])
    expect([...elementsToFloat32('uint8', Uint8Array.of(255))]).toEqual([255])
    const single = Float32Array.of(1)
    expect(elementsToFloat32('float32', single)).toBe(single)
  })
})

describe('layouts', () => {
  it('strides', () => {
    expect(rowMajorStrides([2, 3, 4])).toEqual([12, 4, 1])
    expect(columnMajorStrides([2, 3, 4])).toEqual([1, 2, 6])
    expect(elementCount([])).toBe(1)
    expect(elementCount([3, 0])).toBe(0)
    expect(isRowMajor([2, 1, 4], [4, 99, 1])).toBe(true)
    expect(isRowMajor([2, 3], [1, 2])).toBe(false)
  })

  it.each([
    ['a scalar', [], [], 5, [5]],
    ['nothing', [0, 3], [3, 1], 0, []],
    ['columns', [2, 3], [1, 2], 0, [0, 2, 4, 1, 3, 5]],
    ['a window', [2, 2], [6, 1], 8, [8, 9, 14, 15]],
    ['repeats', [2, 3], [1, 0], 0, [0, 0, 0, 1, 1, 1]],
  ])('%s', (_name, shape, strides, offset, sources) => {
    const visited: number[] = []
    eachStrided(shape, strides, offset, (target, source) => {
      visited[target] = source
    })
    expect(visited).toEqual(sources)
  })

  it('every type has its size', () => {
    expect((['bool', 'int16', 'float32', 'int64', 'bfloat16'] as const).map(elementBytes)).toEqual([1, 2, 4, 8, 2])
  })
})
