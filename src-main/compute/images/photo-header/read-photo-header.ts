import type { ByteSource } from '#main/codecs/bytes/byte-source.ts'
import { readAvifHeader } from './avif-header.ts'
import { byteWindow } from './byte-window.ts'
import type { ByteWindow } from './byte-window.ts'
import { readJpegHeader } from './jpeg-header.ts'
import type { PhotoHeader } from './photo-header.ts'
import { readPngHeader } from './png-header.ts'
import { readTiffDirectory } from './tiff-directory.ts'
import { readWebpHeader } from './webp-header.ts'

/** The header of a JPEG, PNG, WebP, AVIF, BMP or TIFF photo, told by its content and not by its name; null for anything else. */
export function readPhotoHeader(source: ByteSource): PhotoHeader | null {
  const window = byteWindow(source)
  return (
    readJpegHeader(window) ??
    readPngHeader(window) ??
    readWebpHeader(window) ??
    readAvifHeader(window) ??
    readBmpHeader(window) ??
    readTiffHeader(window)
  )
}

function readBmpHeader(window: ByteWindow): PhotoHeader | null {
  if (window.text(0, 2) !== 'BM') return null
  const headerBytes = window.littleEndian(14, 4)
  if (headerBytes === null || headerBytes < 12) return null
  const fieldBytes = headerBytes === 12 ? 2 : 4
  const width = window.littleEndian(18, fieldBytes)
  const height = window.littleEndian(18 + fieldBytes, fieldBytes)
  if (!width || !height) return null
  // A negative height (as a 32-bit integer) says that rows run from top to bottom.
  return plain('bmp', width | 0, Math.abs(height | 0))
}

function readTiffHeader(window: ByteWindow): PhotoHeader | null {
  const facts = readTiffDirectory(window, 0)
  if (!facts?.widthPx || !facts.heightPx) return null
  const { orientation, takenAt } = facts
  return { format: 'tiff', storedWidthPx: facts.widthPx, storedHeightPx: facts.heightPx, orientation, takenAt }
}

function plain(format: 'bmp', storedWidthPx: number, storedHeightPx: number): PhotoHeader | null {
  if (storedWidthPx <= 0 || storedHeightPx <= 0) return null
  return { format, storedWidthPx, storedHeightPx, orientation: 1, takenAt: null }
}
