import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'

/** One file to store, its bytes in one or more pieces. */
export interface ZipFile {
  readonly name: string
  readonly pieces: readonly Uint8Array[]
}

interface Written {
  readonly name: Buffer
  readonly crc32: number
  readonly bytes: number
  readonly headerOffset: number
}

/** torch maps storages into memory at this alignment. */
const alignment = 64
const wide = 0xffffffff
/** Midnight of 1 January 1980, the first day a zip knows: the same input gives the same bytes. */
const firstDay = 0x21
const utf8Names = 0x0800

/**
 * A zip of stored entries whose data start at multiples of 64 bytes, as torch writes it; zip64 where a size or
 * offset needs it.
 */
export function* writeZipChunks(files: Iterable<ZipFile>): Generator<Uint8Array> {
  const written: Written[] = []
  let offset = 0
  for (const { name, pieces } of files) {
    let checksum = 0
    let bytes = 0
    for (const piece of pieces) {
      checksum = crc32(piece, checksum)
      bytes += piece.byteLength
    }
    const entry: Written = { name: Buffer.from(name), crc32: checksum, bytes, headerOffset: offset }
    const header = localHeader(entry)
    yield header
    yield* pieces
    offset += header.byteLength + bytes
    written.push(entry)
  }
  const directory = Buffer.concat(written.map(directoryEntry))
  yield directory
  yield directoryEnd(written.length, directory.byteLength, offset)
}

/** Version needed, flags, method, time, date, CRC: alike in local header and directory. */
function writeCommonFields(target: Buffer, at: number, entry: Written, extraBytes: number): void {
  target.writeUInt16LE(entry.bytes >= wide ? 45 : 20, at)
  target.writeUInt16LE(utf8Names, at + 2)
  target.writeUInt16LE(0, at + 4)
  target.writeUInt16LE(0, at + 6)
  target.writeUInt16LE(firstDay, at + 8)
  target.writeUInt32LE(entry.crc32, at + 10)
  target.writeUInt32LE(Math.min(entry.bytes, wide), at + 14)
  target.writeUInt32LE(Math.min(entry.bytes, wide), at + 18)
  target.writeUInt16LE(entry.name.byteLength, at + 22)
  target.writeUInt16LE(extraBytes, at + 24)
}

function wideExtra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0)
  const extra = Buffer.alloc(4 + values.length * 8)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(values.length * 8, 2)
  values.forEach((value, index) => extra.writeBigUInt64LE(BigInt(value), 4 + index * 8))
  return extra
}

function localHeader(entry: Written): Buffer {
  const sizes = wideExtra(entry.bytes >= wide ? [entry.bytes, entry.bytes] : [])
  const before = entry.headerOffset + 30 + entry.name.byteLength + sizes.byteLength + 4
  const padding = Buffer.alloc(4 + ((alignment - (before % alignment)) % alignment))
  padding.write('FB', 0, 'latin1') // torch's name for its padding field
  padding.writeUInt16LE(padding.byteLength - 4, 2)
  const fixed = Buffer.alloc(30)
  fixed.writeUInt32LE(0x04034b50, 0)
  writeCommonFields(fixed, 4, entry, sizes.byteLength + padding.byteLength)
  return Buffer.concat([fixed, entry.name, sizes, padding])
}

function directoryEntry(entry: Written): Buffer {
  const isWide = entry.bytes >= wide
  const isFar = entry.headerOffset >= wide
  const extra = wideExtra([...(isWide ? [entry.bytes, entry.bytes] : []), ...(isFar ? [entry.headerOffset] : [])])
  const fixed = Buffer.alloc(46)
  fixed.writeUInt32LE(0x02014b50, 0)
  fixed.writeUInt16LE(45, 4)
  writeCommonFields(fixed, 6, entry, extra.byteLength)
  fixed.writeUInt32LE(Math.min(entry.headerOffset, wide), 42)
  return Buffer.concat([fixed, entry.name, extra])
}

function directoryEnd(entries: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(entries, 0xffff), 8)
  end.writeUInt16LE(Math.min(entries, 0xffff), 10)
  end.writeUInt32LE(Math.min(bytes, wide), 12)
  end.writeUInt32LE(Math.min(offset, wide), 16)
  if (entries < 0xffff && bytes < wide && offset < wide) return end
  const wideEnd = Buffer.alloc(56 + 20)
  wideEnd.writeUInt32LE(0x06064b50, 0)
  wideEnd.writeBigUInt64LE(44n, 4)
  wideEnd.writeUInt16LE(45, 12)
  wideEnd.writeUInt16LE(45, 14)
  wideEnd.writeBigUInt64LE(BigInt(entries), 24)
  wideEnd.writeBigUInt64LE(BigInt(entries), 32)
  wideEnd.writeBigUInt64LE(BigInt(bytes), 40)
  wideEnd.writeBigUInt64LE(BigInt(offset), 48)
  wideEnd.writeUInt32LE(0x07064b50, 56)
  wideEnd.writeBigUInt64LE(BigInt(offset + bytes), 64)
  wideEnd.writeUInt32LE(1, 72)
  return Buffer.concat([wideEnd, end])
}
