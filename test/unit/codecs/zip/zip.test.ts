import { Buffer } from 'node:buffer'
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import type { ByteSource } from '#main/codecs/bytes/byte-source.ts'
import { readZip } from '#main/codecs/zip/read-zip.ts'
import { writeZipChunks } from '#main/codecs/zip/write-zip.ts'
import { thrownAppError } from '../../../support/app-error.ts'

const file = 'archive.zip'

interface Forged {
  readonly name: string
  readonly content?: Uint8Array
  readonly method?: number
  readonly flags?: number
  readonly bytes?: number
  readonly compressedBytes?: number
  readonly crc?: number
  readonly headerOffset?: number
}

/** A zip whose fields may lie. */
function forge(
  entries: readonly Forged[],
  end: { entries?: number; bytes?: number; offset?: number } = {},
): Uint8Array {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const content = entry.content ?? Buffer.from('content')
    const packed = entry.method === 8 ? deflateRawSync(content) : content
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(entry.flags ?? 0, 8)
    central.writeUInt16LE(entry.method ?? 0, 10)
    central.writeUInt32LE(entry.crc ?? crc32(content), 16)
    central.writeUInt32LE(entry.compressedBytes ?? packed.length, 20)
    central.writeUInt32LE(entry.bytes ?? content.length, 24)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt32LE(entry.headerOffset ?? offset, 42)
    bodies.push(local, name, Buffer.from(packed))
    directory.push(central, name)
    offset += 30 + name.length + packed.length
  }
  const listed = Buffer.concat(directory)
  const tail = Buffer.alloc(22)
  tail.writeUInt32LE(0x06054b50, 0)
  tail.writeUInt16LE(end.entries ?? entries.length, 10)
  tail.writeUInt32LE(end.bytes ?? listed.length, 12)
  tail.writeUInt32LE(end.offset ?? offset, 16)
  return Buffer.concat([...bodies, listed, tail])
}

const open = (content: Uint8Array) => readZip(bytesSource(content), { file })
const readAll = (content: Uint8Array) => {
  const zip = open(content)
  return new Map([...zip.entries].map(([name, entry]) => [name, Buffer.from(zip.read(entry)).toString()]))
}

describe('zips', () => {
  it('stored and deflated entries, in any order', () => {
    const content = forge([
      { name: 'b', method: 8, content: Buffer.from('b'.repeat(1000)) },
      { name: 'a/é', content: Buffer.from('') },
    ])
    expect([...readAll(content)]).toEqual([
      ['b', 'b'.repeat(1000)],
      ['a/é', ''],
    ])
  })

  it('an empty zip, and one with a comment', () => {
    const empty = forge([])
    expect(open(empty).entries.size).toBe(0)
    const commented = Buffer.concat([forge([{ name: 'a' }]), Buffer.from('hello')])
    commented.writeUInt16LE(5, commented.length - 7)
    expect(readAll(commented).get('a')).toBe('content')
  })

  it('what is written is read, its data aligned to 64 bytes', () => {
    const files = [0, 1, 63, 64, 65, 1000].map((length) => ({
      name: `file ${length}`,
      pieces: [new Uint8Array(length >> 1).fill(1), new Uint8Array(length - (length >> 1)).fill(2)],
    }))
    const content = Buffer.concat([...writeZipChunks(files)])
    const zip = open(content)
    for (const { name, pieces } of files) {
      const entry = zip.entries.get(name)!
      expect(Buffer.from(zip.read(entry))).toEqual(Buffer.concat(pieces))
      expect(zip.storedOffset(entry)! % 64).toBe(0)
    }
  })

  it('more entries than a plain zip can count are written as zip64', () => {
    const files = Array.from({ length: 70_000 }, (_, index) => ({ name: String(index), pieces: [] }))
    expect(open(Buffer.concat([...writeZipChunks(files)])).entries.size).toBe(70_000)
  })

  it('an entry beyond 4 GiB is written and found as zip64', () => {
    // One buffer given 5,000 times, and a source that knows which piece stands where: nothing of this size is held.
    const piece = new Uint8Array(2 ** 20)
    const files = [
      { name: 'large', pieces: Array.from({ length: 5000 }, () => piece) },
      { name: 'behind', pieces: [Buffer.from('x')] },
    ]
    const chunks: { start: number; bytes: Uint8Array }[] = []
    let size = 0
    for (const bytes of writeZipChunks(files)) {
      chunks.push({ start: size, bytes })
      size += bytes.byteLength
    }
    const readInto = (offset: number, target: Uint8Array): void => {
      for (const { start, bytes } of chunks) {
        const from = Math.max(start, offset)
        const to = Math.min(start + bytes.byteLength, offset + target.byteLength)
        if (from < to) target.set(bytes.subarray(from - start, to - start), from - offset)
      }
    }
    const source: ByteSource = {
      size,
      readInto,
      read(offset, length) {
        const bytes = new Uint8Array(length)
        readInto(offset, bytes)
        return bytes
      },
    }
    const zip = readZip(source, { file })
    expect(zip.entries.get('large')!.bytes).toBe(5000 * 2 ** 20)
    expect(Buffer.from(zip.read(zip.entries.get('behind')!)).toString()).toBe('x')
  })
})

describe('zips that are refused', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'zip.not-zip'],
    ['text', Buffer.from('hello world, this is no zip at all'), 'zip.not-zip'],
    ['an encrypted entry', forge([{ name: 'a', flags: 1 }]), 'zip.encrypted'],
    ['the same name twice', forge([{ name: 'a' }, { name: 'a' }]), 'zip.duplicate-name'],
    ['a way out', forge([{ name: '../../etc/passwd' }]), 'zip.unsafe-name'],
    ['a way out in the middle', forge([{ name: 'a/../../b' }]), 'zip.unsafe-name'],
    ['an absolute name', forge([{ name: '/etc/passwd' }]), 'zip.unsafe-name'],
    ['a drive', forge([{ name: 'C:a' }]), 'zip.unsafe-name'],
    ['a backslash', forge([{ name: 'a\\b' }]), 'zip.unsafe-name'],
    ['no name', forge([{ name: '' }]), 'zip.unsafe-name'],
    ['more entries than the directory holds', forge([{ name: 'a' }], { entries: 60_000 }), 'zip.too-many-entries'],
    ['a directory beyond the end', forge([{ name: 'a' }], { bytes: 1e9 }), 'zip.malformed'],
    ['a directory elsewhere', forge([{ name: 'a' }], { offset: 3 }), 'zip.malformed'],
    ['an entry beyond the end', forge([{ name: 'a', compressedBytes: 1e6 }]), 'zip.malformed'],
    [
      'entries over one another',
      forge([
        { name: 'a', content: new Uint8Array(600) },
        { name: 'b', headerOffset: 0, compressedBytes: 600 },
      ]),
      'zip.malformed',
    ],
  ])('%s', (_name, content, code) => {
    const error = thrownAppError(() => open(content))
    expect(error.code).toBe(code)
    expect(error.message).toContain(file)
  })

  it.each([
    ['a wrong checksum', forge([{ name: 'a', crc: 1 }]), 'zip.checksum'],
    ['an unknown method', forge([{ name: 'a', method: 14 }]), 'zip.method-unsupported'],
    ['a header elsewhere', forge([{ name: 'a', headerOffset: 1 }]), 'zip.malformed'],
    ['a stored entry of two lengths', forge([{ name: 'a', bytes: 3 }]), 'zip.malformed'],
    ['deflated bytes that are none', forge([{ name: 'a', method: 8, compressedBytes: 2 }]), 'zip.malformed'],
    [
      'more than was declared',
      forge([{ name: 'a', method: 8, content: new Uint8Array(100_000), bytes: 10 }]),
      'zip.malformed',
    ],
    [
      'less than was declared',
      forge([{ name: 'a', method: 8, content: new Uint8Array(1000), bytes: 1001 }]),
      'zip.malformed',
    ],
    ['a bomb by its ratio', forge([{ name: 'a', method: 8, bytes: 2e9 }]), 'zip.bomb'],
  ])('%s, when it is read', (_name, content, code) => {
    expect(thrownAppError(() => readAll(content)).code).toBe(code)
  })

  it('a bomb by the limit', () => {
    const content = forge([{ name: 'a', method: 8, content: new Uint8Array(100_000) }])
    const zip = readZip(bytesSource(content), { file, inflatedBytesLimit: 99_999 })
    expect(thrownAppError(() => zip.read(zip.entries.get('a')!)).code).toBe('zip.bomb')
  })
})
