import type { ByteWindow } from './byte-window.ts'
import type { PhotoHeader } from './photo-header.ts'
import { readTiffDirectory } from './tiff-directory.ts'

const mostChunks = 10_000

/** Size from VP8X, VP8L or VP8 (RFC 9649); orientation and date from an EXIF chunk. */
export function readWebpHeader(window: ByteWindow): PhotoHeader | null {
  if (window.text(0, 4) !== 'RIFF' || window.text(8, 4) !== 'WEBP') return null
  const size = pictureSize(window)
  if (!size) return null
  const exif = readExif(window)
  return {
    format: 'webp',
    storedWidthPx: size[0],
    storedHeightPx: size[1],
    orientation: exif?.orientation ?? 1,
    takenAt: exif?.takenAt ?? null,
  }
}

function pictureSize(window: ByteWindow): readonly [number, number] | null {
  const kind = window.text(12, 4)
  if (kind === 'VP8X') {
    const [width, height] = [window.littleEndian(24, 3), window.littleEndian(27, 3)]
    return width === null || height === null ? null : [width + 1, height + 1]
  }
  if (kind === 'VP8L') {
    const bits = window.littleEndian(21, 4)
    return bits === null ? null : [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
  }
  if (kind !== 'VP8 ') return null
  const [width, height] = [window.littleEndian(26, 2), window.littleEndian(28, 2)]
  return width && height ? [width & 0x3fff, height & 0x3fff] : null
}

function readExif(window: ByteWindow): ReturnType<typeof readTiffDirectory> {
  let offset = 12
  for (let chunk = 0; chunk < mostChunks; chunk += 1) {
    const name = window.text(offset, 4)
    const length = window.littleEndian(offset + 4, 4)
    if (name === null || length === null) return null
    if (name === 'EXIF') {
      // Some writers put JPEG's prefix in front.
      const start = offset + 8 + (window.text(offset + 8, 6) === 'Exif\0\0' ? 6 : 0)
      return readTiffDirectory(window, start)
    }
    offset += 8 + length + (length % 2)
  }
  return null
}
