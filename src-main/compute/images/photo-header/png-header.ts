import type { ByteWindow } from './byte-window.ts'
import type { PhotoHeader } from './photo-header.ts'
import { readTiffDirectory } from './tiff-directory.ts'

const mostChunks = 10_000

/** Size from IHDR; orientation and date from an eXIf chunk, wherever it stands. */
export function readPngHeader(window: ByteWindow): PhotoHeader | null {
  if (window.text(0, 8) !== '\x89PNG\r\n\x1a\n' || window.text(12, 4) !== 'IHDR') return null
  const storedWidthPx = window.bigEndian(16, 4)
  const storedHeightPx = window.bigEndian(20, 4)
  if (!storedWidthPx || !storedHeightPx) return null
  const exifOffset = findPngChunk(window, 'eXIf')
  const exif = exifOffset === null ? null : readTiffDirectory(window, exifOffset)
  return {
    format: 'png',
    storedWidthPx,
    storedHeightPx,
    orientation: exif?.orientation ?? 1,
    takenAt: exif?.takenAt ?? null,
  }
}

/** Where the data of the first chunk of that name start; null where the file ends before. */
export function findPngChunk(window: ByteWindow, wanted: string): number | null {
  let offset = 8
  for (let chunk = 0; chunk < mostChunks; chunk += 1) {
    const length = window.bigEndian(offset, 4)
    const name = window.text(offset + 4, 4)
    if (length === null || name === null) return null
    if (name === wanted) return offset + 8
    offset += 12 + length
  }
  return null
}
