import type { ByteSource } from '#main/codecs/bytes/byte-source.ts'

/** Bytes of a file that may lie: whatever is asked for beyond its end is not there, and answered by null. */
export interface ByteWindow {
  readonly size: number
  readonly bytes: (offset: number, length: number) => Uint8Array | null
  /** Unsigned integers of 1 to 4 bytes. */
  readonly bigEndian: (offset: number, length: number) => number | null
  readonly littleEndian: (offset: number, length: number) => number | null
  readonly text: (offset: number, length: number) => string | null
}

export function byteWindow(source: ByteSource): ByteWindow {
  const bytes = (offset: number, length: number): Uint8Array | null =>
    offset >= 0 && length >= 0 && offset + length <= source.size ? source.read(offset, length) : null
  const number = (parts: Iterable<number> | undefined): number | null => {
    if (!parts) return null
    let value = 0
    for (const part of parts) value = value * 256 + part
    return value
  }
  return {
    size: source.size,
    bytes,
    bigEndian: (offset, length) => number(bytes(offset, length) ?? undefined),
    littleEndian: (offset, length) => number(bytes(offset, length)?.toReversed()),
    text: (offset, length) => {
      const found = bytes(offset, length)
      return found && String.fromCharCode(...found)
    },
  }
}
