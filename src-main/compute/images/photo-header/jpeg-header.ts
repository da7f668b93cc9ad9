import type { ByteWindow } from './byte-window.ts'
import type { PhotoHeader } from './photo-header.ts'
import { readTiffDirectory } from './tiff-directory.ts'
import type { TiffFacts } from './tiff-directory.ts'

const marker = { startOfScan: 0xda, endOfImage: 0xd9, application1: 0xe1 } as const
/** SOF0 to SOF15 carry the size; C4, C8 and CC in their midst are tables. */
const isFrame = (code: number): boolean => code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code)
const standsAlone = (code: number): boolean => code === 0x01 || (code >= 0xd0 && code <= 0xd8)
const mostSegments = 10_000

/** Walks the segments up to the picture's data; null where it is no JPEG or has no size. */
export function readJpegHeader(window: ByteWindow): PhotoHeader | null {
  if (window.bigEndian(0, 3) !== 0xffd8ff) return null
  let exif: TiffFacts | null = null
  let size: { readonly widthPx: number; readonly heightPx: number } | null = null
  let offset = 2
  for (let segment = 0; segment < mostSegments; segment += 1) {
    const lead = window.bigEndian(offset, 1)
    const code = window.bigEndian(offset + 1, 1)
    if (lead !== 0xff || code === null || code === marker.startOfScan || code === marker.endOfImage) break
    if (code === 0xff) offset += 1
    else if (standsAlone(code)) offset += 2
    else {
      const length = window.bigEndian(offset + 2, 2)
      if (length === null || length < 2) break
      if (isFrame(code)) size ??= frameSize(window, offset)
      if (code === marker.application1 && window.text(offset + 4, 6) === 'Exif\0\0') {
        exif ??= readTiffDirectory(window, offset + 10)
      }
      offset += 2 + length
    }
  }
  if (!size) return null
  return {
    format: 'jpeg',
    storedWidthPx: size.widthPx,
    storedHeightPx: size.heightPx,
    orientation: exif?.orientation ?? 1,
    takenAt: exif?.takenAt ?? null,
  }
}

function frameSize(window: ByteWindow, offset: number): { widthPx: number; heightPx: number } | null {
  const heightPx = window.bigEndian(offset + 5, 2)
  const widthPx = window.bigEndian(offset + 7, 2)
  return heightPx && widthPx ? { widthPx, heightPx } : null
}
