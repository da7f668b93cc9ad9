import type { ByteSource } from '../bytes/byte-source.ts'
import { zipError } from './zip-error.ts'

/** One file in a zip, as the central directory describes it. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly crc32: number
  readonly compressedBytes: number
  readonly bytes: number
  /** Where its local header starts; the data follow that header. */
  readonly headerOffset: number
}

interface DirectoryEnd {
  readonly entries: number
  readonly offset: number
  readonly bytes: number
}

const signature = { entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 } as const
const endBytes = 22
const longestComment = 0xffff
const locatorBytes = 20
const end64Bytes = 56
const entryBytes = 46
/** A checkpoint has one entry per storage; ten million would be a directory of half a gigabyte. */
const mostEntries = 1_000_000

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * Reads the central directory of a zip (zip64 too) and checks every entry against the file's bounds.
 * @throws AppError `zip.not-zip`, `zip.malformed`, `zip.too-many-entries`, `zip.encrypted`, `zip.unsafe-name`, `zip.duplicate-name`
 */
export function readDirectory(source: ByteSource, file: string): Map<string, ZipEntry> {
  const end = findEnd(source, file)
  if (end.entries > mostEntries || end.entries * entryBytes > end.bytes) {
    throw zipError(
      file,
      'too-many-entries',
      `the zip claims ${end.entries} entries, more than its directory can hold`,
      {
        entries: end.entries,
      },
    )
  }
  if (end.offset + end.bytes > source.size) throw damaged(file, 'its directory lies beyond its end')
  const directory = source.read(end.offset, end.bytes)
  const entries = new Map<string, ZipEntry>()
  let position = 0
  let compressedBytes = 0
  for (let index = 0; index < end.entries; index += 1) {
    const { entry, next } = readEntry(directory, position, file)
    checkName(entry.name, file)
    if (entries.has(entry.name)) {
      throw zipError(file, 'duplicate-name', `the zip holds "${entry.name}" twice`, { entry: entry.name })
    }
    compressedBytes += entry.compressedBytes
    if (entry.headerOffset + entry.compressedBytes > source.size || compressedBytes > source.size) {
      throw damaged(file, `"${entry.name}" lies beyond its end or over another entry`)
    }
    entries.set(entry.name, entry)
    position = next
  }
  return entries
}

function damaged(file: string, what: string) {
  return zipError(file, 'malformed', `the zip is damaged: ${what}; copy or save it again`)
}

function findEnd(source: ByteSource, file: string): DirectoryEnd {
  const tailBytes = Math.min(source.size, endBytes + longestComment)
  const tailOffset = source.size - tailBytes
  const tail = viewOf(source.read(tailOffset, tailBytes))
  for (let at = tailBytes - endBytes; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== signature.end) continue
    if (at + endBytes + tail.getUint16(at + 20, true) !== tailBytes) continue
    return readEnd(source, tail, at, tailOffset + at, file)
  }
  throw zipError(file, 'not-zip', 'it is no zip, or its end is missing; copy or download it again')
}

function readEnd(source: ByteSource, tail: DataView, at: number, endOffset: number, file: string): DirectoryEnd {
  const end: DirectoryEnd = {
    entries: tail.getUint16(at + 10, true),
    bytes: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  }
  const locatorOffset = endOffset - locatorBytes
  if (locatorOffset < 0) return end
  const locator = viewOf(source.read(locatorOffset, locatorBytes))
  if (locator.getUint32(0, true) !== signature.locator64) return end
  const end64Offset = Number(locator.getBigUint64(8, true))
  if (end64Offset + end64Bytes > locatorOffset) throw damaged(file, 'its zip64 end lies beyond its end')
  const end64 = viewOf(source.read(end64Offset, end64Bytes))
  if (end64.getUint32(0, true) !== signature.end64) throw damaged(file, 'its zip64 end is missing')
  return {
    entries: Number(end64.getBigUint64(32, true)),
    bytes: Number(end64.getBigUint64(40, true)),
    offset: Number(end64.getBigUint64(48, true)),
  }
}

function readEntry(directory: Uint8Array, at: number, file: string): { entry: ZipEntry; next: number } {
  const view = viewOf(directory)
  if (at + entryBytes > directory.byteLength || view.getUint32(at, true) !== signature.entry) {
    throw damaged(file, 'its directory ends too early')
  }
  const nameBytes = view.getUint16(at + 28, true)
  const extraBytes = view.getUint16(at + 30, true)
  const nameEnd = at + entryBytes + nameBytes
  const next = nameEnd + extraBytes + view.getUint16(at + 32, true)
  if (next > directory.byteLength) throw damaged(file, 'its directory ends too early')
  const name = new TextDecoder().decode(directory.subarray(at + entryBytes, nameEnd))
  if ((view.getUint16(at + 8, true) & 1) !== 0) {
    throw zipError(file, 'encrypted', `"${name}" is encrypted; unpack the zip and save it without a password`, {
      entry: name,
    })
  }
  const wide = wideFields(view, nameEnd, nameEnd + extraBytes)
  const field = (value: number): number => (value === 0xffffffff ? (wide.next().value ?? value) : value)
  const bytes = field(view.getUint32(at + 24, true))
  const compressedBytes = field(view.getUint32(at + 20, true))
  const headerOffset = field(view.getUint32(at + 42, true))
  const entry = {
    name,
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    bytes,
    compressedBytes,
    headerOffset,
  }
  return { entry, next }
}

/** The 8-byte values of the zip64 extra field: size, compressed size, offset, of which only those that did not fit are there. */
function* wideFields(view: DataView, start: number, end: number): Generator<number, undefined> {
  for (let at = start; at + 4 <= end;) {
    const fieldEnd = at + 4 + view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === 1) {
      for (let value = at + 4; value + 8 <= Math.min(fieldEnd, end); value += 8) {
        yield Number(view.getBigUint64(value, true))
      }
      return undefined
    }
    at = fieldEnd
  }
  return undefined
}

/** Nothing is unpacked to disk, yet a name that would leave its folder shows a hostile file. */
function checkName(name: string, file: string): void {
  const unsafe =
    name === '' ||
    name.startsWith('/') ||
    /[\\\0]/.test(name) ||
    /^[a-zA-Z]:/.test(name) ||
    name.split('/').includes('..')
  if (unsafe)
    throw zipError(file, 'unsafe-name', `the zip holds an entry with the unsafe name "${name}"`, { entry: name })
}
