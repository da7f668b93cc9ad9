import type { ByteWindow } from './byte-window.ts'
import type { PhotoHeader } from './photo-header.ts'

const mostBoxes = 1000

interface IsoBox {
  readonly name: string
  /** Where its content starts and ends. */
  readonly start: number
  readonly end: number
}

/**
 * Size of a still AVIF picture: the largest `ispe` of the file, since grids and thumbnails are smaller (ISO/IEC 23008-12). The decoder
 * turns the picture by its own `irot`, so that only the size says it here. EXIF is not looked for: its time is left out.
 */
export function readAvifHeader(window: ByteWindow): PhotoHeader | null {
  const [first] = boxes(window, 0, window.size)
  if (first?.name !== 'ftyp' || !/avif|avis/.test(window.text(first.start, first.end - first.start) ?? '')) return null
  const meta = find(boxes(window, first.end, window.size), 'meta')
  // `meta` is a full box: version and flags come first.
  const properties = meta && find(boxes(window, meta.start + 4, meta.end), 'iprp')
  const container = properties && find(boxes(window, properties.start, properties.end), 'ipco')
  if (!container) return null
  const all = boxes(window, container.start, container.end)
  const sizes = all
    .filter(({ name }) => name === 'ispe')
    .map(({ start }) => [window.bigEndian(start + 4, 4) ?? 0, window.bigEndian(start + 8, 4) ?? 0] as const)
  const [width, height] = sizes.reduce((most, size) => (size[0] * size[1] > most[0] * most[1] ? size : most), [0, 0])
  if (!width || !height) return null
  const quarters = (window.bigEndian(find(all, 'irot')?.start ?? -1, 1) ?? 0) & 3
  const [storedWidthPx, storedHeightPx] = quarters % 2 === 1 ? [height, width] : [width, height]
  return { format: 'avif', storedWidthPx, storedHeightPx, orientation: 1, takenAt: null }
}

const find = (all: readonly IsoBox[], name: string): IsoBox | undefined => all.find((box) => box.name === name)

/** The boxes between two places; what reaches beyond the end is left out. */
function boxes(window: ByteWindow, from: number, end: number): IsoBox[] {
  const found: IsoBox[] = []
  let offset = from
  while (offset + 8 <= end && found.length < mostBoxes) {
    const size = window.bigEndian(offset, 4)
    const name = window.text(offset + 4, 4)
    const next = size === 0 ? end : offset + (size ?? 0)
    if (size === null || name === null || (size !== 0 && size < 8) || next > end) break
    found.push({ name, start: offset + 8, end: next })
    offset = next
  }
  return found
}
