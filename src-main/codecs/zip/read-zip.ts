import { crc32, inflateRawSync } from 'node:zlib'
import type { ByteSource } from '../bytes/byte-source.ts'
import { readDirectory } from './read-directory.ts'
import type { ZipEntry } from './read-directory.ts'
import { zipError } from './zip-error.ts'

export type { ZipEntry } from './read-directory.ts'

/** A zip whose entries are read one at a time; the source must stay open as long. */
export interface Zip {
  readonly entries: ReadonlyMap<string, ZipEntry>
  /** The whole entry, inflated and checked against its CRC-32. */
  read(entry: ZipEntry): Uint8Array
  /** Where a stored entry's bytes lie in the file; null where they are compressed. */
  storedOffset(entry: ZipEntry): number | null
}

export interface ReadZipOptions {
  readonly file: string
  /** Longest entry that is inflated. */
  readonly inflatedBytesLimit?: number
}

const localHeader = { signature: 0x04034b50, bytes: 30 } as const
const method = { stored: 0, deflated: 8 } as const
/** Deflate's best case is 1032 to 1: an entry that claims more is a lie. */
const highestRatio = 1032
const defaultInflatedBytesLimit = 2 ** 31

/**
 * Opens a zip of stored or deflated entries.
 * @throws AppError `zip.not-zip`, `zip.malformed`, `zip.encrypted`, `zip.unsafe-name`, `zip.duplicate-name`, `zip.too-many-entries`;
 * on reading `zip.method-unsupported`, `zip.bomb`, `zip.checksum`
 */
export function readZip(source: ByteSource, options: ReadZipOptions): Zip {
  const { file } = options
  const limit = options.inflatedBytesLimit ?? defaultInflatedBytesLimit
  const entries = readDirectory(source, file)
  const dataOffset = (entry: ZipEntry): number => findData(source, entry, file)
  return {
    entries,
    storedOffset: (entry) => (entry.method === method.stored ? dataOffset(entry) : null),
    read(entry) {
      const packed = source.read(dataOffset(entry), entry.compressedBytes)
      const bytes = entry.method === method.stored ? packed : inflate(packed, entry, limit, file)
      if (crc32(bytes) !== entry.crc32) {
        throw zipError(
          file,
          'checksum',
          `"${entry.name}" is damaged (its checksum is wrong); copy or download it again`,
          {
            entry: entry.name,
          },
        )
      }
      return bytes
    },
  }
}

/** The local header repeats the name and has an extra field of its own length. */
function findData(source: ByteSource, entry: ZipEntry, file: string): number {
  const damaged = () => zipError(file, 'malformed', `"${entry.name}" is not where the zip's directory says it is`)
  if (entry.method !== method.stored && entry.method !== method.deflated) {
    throw zipError(
      file,
      'method-unsupported',
      `"${entry.name}" is packed by method ${entry.method}, which is not read`,
      {
        entry: entry.name,
        method: entry.method,
      },
    )
  }
  if (entry.method === method.stored && entry.bytes !== entry.compressedBytes) throw damaged()
  if (entry.headerOffset + localHeader.bytes > source.size) throw damaged()
  const header = source.read(entry.headerOffset, localHeader.bytes)
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const offset = entry.headerOffset + localHeader.bytes + view.getUint16(26, true) + view.getUint16(28, true)
  if (view.getUint32(0, true) !== localHeader.signature || offset + entry.compressedBytes > source.size) throw damaged()
  return offset
}

function inflate(packed: Uint8Array, entry: ZipEntry, limit: number, file: string): Uint8Array {
  const tooLarge = entry.bytes > limit || entry.bytes > packed.byteLength * highestRatio + highestRatio
  if (tooLarge) {
    throw zipError(file, 'bomb', `"${entry.name}" claims to unpack to ${entry.bytes} bytes, which is refused`, {
      entry: entry.name,
      bytes: entry.bytes,
    })
  }
  try {
    const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.bytes) })
    if (bytes.byteLength === entry.bytes) return bytes
  } catch (error) {
    throw zipError(file, 'malformed', `"${entry.name}" cannot be unpacked (${(error as Error).message})`)
  }
  throw zipError(file, 'malformed', `"${entry.name}" unpacks to another length than the zip says`)
}
