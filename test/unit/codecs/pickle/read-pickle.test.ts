import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { describePickle } from '../../../support/describe-pickle.ts'

const folder = resolve(import.meta.dirname, '../../../fixtures/pickle')
const content = (name: string): Uint8Array => readFileSync(join(folder, name))
const expected = (name: string): unknown => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))

const fixtures = [
  ...[0, 1, 2, 3, 4, 5].flatMap((protocol) => [
    ['plain', protocol],
    ['arrays-numpy1', protocol],
  ]),
  ...[2, 4, 5].map((protocol) => ['arrays-numpy2', protocol]),
] as const satisfies readonly (readonly [string, number])[] | (string | number)[][]

const tiny = { readBytes: 16, slabBytes: 64, ownBufferBytes: 48 }

describe('pickles that Python wrote', () => {
  it.each(fixtures)('%s in protocol %i is what Python reads', (name, protocol) => {
    const bytes = content(`${name}-p${protocol}.pkl`)
    expect(describePickle(readPickle(bytes, { file: 'fixture' }))).toEqual(expected(String(name)))
  })

  it.each(fixtures)('%s in protocol %i is the same when read through a source in tiny pieces', (name, protocol) => {
    const source = bytesSource(content(`${name}-p${protocol}.pkl`))
    for (const slabBytes of [64, 100, 1000]) {
      const value = readPickle(source, { file: 'fixture', buffering: { ...tiny, slabBytes } })
      expect(describePickle(value)).toEqual(expected(String(name)))
    }
  })

  it('gives the same when it starts behind something else', () => {
    const bytes = new Uint8Array([1, 2, 3, ...content('arrays-numpy1-p4.pkl')])
    expect(describePickle(readPickle(bytes, { file: 'fixture', start: 3 }))).toEqual(expected('arrays-numpy1'))
    const source = bytesSource(bytes)
    const value = readPickle(source, { file: 'fixture', start: 3, buffering: tiny })
    expect(describePickle(value)).toEqual(expected('arrays-numpy1'))
  })
})

describe('memory of arrays', () => {
  const arrays = (value: PickleValue): NdArray[] => {
    const values = value instanceof Map ? [...value.values()] : []
    return values.filter((item) => item instanceof NdArray)
  }

  it('typed elements are views of what a source was read into', () => {
    const source = bytesSource(content('arrays-numpy1-p4.pkl'))
    const numeric = arrays(readPickle(source, { file: 'fixture' })).filter(
      ({ dtype }) => dtype.type === 'float64' && dtype.byteOrder === 'little',
    )
    expect(numeric.length).toBeGreaterThan(1)
    for (const array of numeric) expect(array.data.buffer).toBe(array.bytes.buffer)
  })

  it('reading never changes the input', () => {
    const bytes = content('arrays-numpy1-p2.pkl')
    const before = new Uint8Array(bytes)
    for (const array of arrays(readPickle(bytes, { file: 'fixture' }))) array.toValues()
    readPickle(bytesSource(bytes), { file: 'fixture', buffering: tiny })
    expect(Buffer.compare(bytes, before)).toBe(0)
  })

  it('elements come in C order whatever the order in memory', () => {
    const value = readPickle(content('arrays-numpy1-p4.pkl'), { file: 'fixture' })
    const fortran = value instanceof Map ? value.get('fortran') : null
    const swapped = value instanceof Map ? value.get('fortran big') : null
    if (!(fortran instanceof NdArray) || !(swapped instanceof NdArray))
      throw new Error('the fixture has no such arrays')
    const counting = Array.from({ length: 24 }, (_, index) => index)
    expect([...fortran.toFloat32()]).toEqual(counting)
    expect([...swapped.toFloat64()]).toEqual(counting)
    expect([...fortran.data].slice(0, 3)).toEqual([0, 12, 4])
  })
})
