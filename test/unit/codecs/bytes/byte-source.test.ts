import { describe, expect, it } from 'vitest'
import { bytesSource, positionedSource } from '#main/codecs/bytes/byte-source.ts'

const content = Uint8Array.from({ length: 100 }, (_, index) => index)

/** Gives at most 7 bytes at a time, as a read may. */
function hesitantRead(target: Uint8Array, offset: number): number {
  const length = Math.min(7, target.byteLength, content.byteLength - offset)
  target.set(content.subarray(offset, offset + length))
  return length
}

describe('byte sources', () => {
  it.each([
    ['bytes', bytesSource(content)],
    ['a hesitant file', positionedSource(100, hesitantRead)],
  ])('%s give every range', (_name, source) => {
    for (const [offset, length] of [
      [0, 0],
      [0, 100],
      [99, 1],
      [13, 29],
      [100, 0],
    ] as const) {
      expect([...source.read(offset, length)]).toEqual([...content.subarray(offset, offset + length)])
      const target = new Uint8Array(length)
      source.readInto(offset, target)
      expect([...target]).toEqual([...content.subarray(offset, offset + length)])
    }
  })

  it('a file that shrinks while it is read is an error, not zeros', () => {
    const source = positionedSource(200, hesitantRead)
    expect(() => source.read(50, 100)).toThrow('ended at byte 100')
  })

  it('no read asks for more than a system call takes', () => {
    const asked: number[] = []
    const source = positionedSource(2 ** 31, (target) => {
      asked.push(target.byteLength)
      return target.byteLength
    })
    source.readInto(0, new Uint8Array(2 ** 30 + 5))
    expect(asked).toEqual([2 ** 29, 2 ** 29, 5])
  })
})
