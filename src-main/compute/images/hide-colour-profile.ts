import { crc32 } from 'node:zlib'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import { byteWindow } from './photo-header/byte-window.ts'
import type { ByteWindow } from './photo-header/byte-window.ts'
import type { PhotoHeader } from './photo-header/photo-header.ts'

/**
 * Renames every colour profile of a JPEG, PNG or WebP file in place, so that no decoder finds it: Pillow ignores profiles, and
 * applying one moves the numbers that a network sees.
 */
export function hideColourProfile(bytes: Uint8Array, { format }: PhotoHeader): void {
  const window = byteWindow(bytesSource(bytes))
  if (format === 'jpeg') hideInJpeg(bytes, window)
  if (format === 'png') hideInPng(bytes, window)
  if (format === 'webp') hideInWebp(bytes, window)
}

const jpegMarker = { startOfScan: 0xda, application2: 0xe2 } as const

/** Profiles are APP2 segments that start with a name; any other name is skipped by decoders. */
function hideInJpeg(bytes: Uint8Array, window: ByteWindow): void {
  let offset = 2
  while (window.bigEndian(offset, 1) === 0xff) {
    const code = window.bigEndian(offset + 1, 1)
    const length = window.bigEndian(offset + 2, 2)
    if (code === null || code === jpegMarker.startOfScan) return
    if (code === 0xff) offset += 1
    else if (code === 0x01 || (code >= 0xd0 && code <= 0xd9)) offset += 2
    else if (length === null || length < 2) return
    else {
      if (code === jpegMarker.application2 && window.text(offset + 4, 11) === 'ICC_PROFILE') bytes[offset + 4] = 0x5f
      offset += 2 + length
    }
  }
}

const pngColourChunks: readonly (string | null)[] = ['iCCP', 'cICP', 'gAMA', 'cHRM', 'sRGB']

/** A chunk whose private name starts in lower case is skipped by decoders; its checksum covers the name. */
function hideInPng(bytes: Uint8Array, window: ByteWindow): void {
  for (let offset = 8; ;) {
    const length = window.bigEndian(offset, 4)
    const name = window.text(offset + 4, 4)
    if (length === null || name === null || name === 'IDAT' || offset + 12 + length > bytes.length) return
    if (pngColourChunks.includes(name)) {
      bytes.set([0x78, 0x78], offset + 4)
      const checksum = crc32(bytes.subarray(offset + 4, offset + 8 + length))
      new DataView(bytes.buffer, bytes.byteOffset + offset + 8 + length, 4).setUint32(0, checksum)
    }
    offset += 12 + length
  }
}

const webpProfileFlag = 0x20

function hideInWebp(bytes: Uint8Array, window: ByteWindow): void {
  for (let offset = 12; ;) {
    const name = window.text(offset, 4)
    const length = window.littleEndian(offset + 4, 4)
    if (name === null || length === null) return
    if (name === 'VP8X' && offset + 8 < bytes.length) bytes[offset + 8]! &= ~webpProfileFlag
    if (name === 'ICCP') bytes[offset] = 0x58
    offset += 8 + length + (length % 2)
  }
}
