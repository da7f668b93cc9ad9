import type { ByteWindow } from './byte-window.ts'
import type { Orientation } from './photo-header.ts'

/** What Lectern reads of a TIFF structure: a TIFF file's first picture, or the EXIF block inside another format. */
export interface TiffFacts {
  readonly widthPx: number | null
  readonly heightPx: number | null
  readonly orientation: Orientation
  readonly takenAt: string | null
}

const tag = { width: 0x100, height: 0x101, orientation: 0x112, exif: 0x8769, dateTimeOriginal: 0x9003 } as const
const typeShort = 3
const typeLong = 4
const entryBytes = 12
/** Real directories have a few dozen entries; a hostile one must not cost time. */
const mostEntries = 1024

type ReadNumber = (offset: number, length: number) => number | null

/** Reads the structure that starts at `start` (all offsets inside it count from there); null where it is none. */
export function readTiffDirectory(window: ByteWindow, start: number): TiffFacts | null {
  const order = window.text(start, 2)
  if (order !== 'II' && order !== 'MM') return null
  const read: ReadNumber = order === 'II' ? window.littleEndian : window.bigEndian
  if (read(start + 2, 2) !== 42) return null
  const first = entries(read, start, read(start + 4, 4))
  if (first === null) return null
  const exif = entries(read, start, first.get(tag.exif)?.value ?? null)
  const date = exif?.get(tag.dateTimeOriginal)
  return {
    widthPx: first.get(tag.width)?.value ?? null,
    heightPx: first.get(tag.height)?.value ?? null,
    orientation: orientationOf(first.get(tag.orientation)?.value),
    takenAt: date ? isoDate(window.text(start + date.value, Math.min(date.count, 20))) : null,
  }
}

interface Entry {
  readonly count: number
  /** The value of a short or long, else the place of the values. */
  readonly value: number
}

function entries(read: ReadNumber, start: number, offset: number | null): Map<number, Entry> | null {
  if (offset === null) return null
  const count = read(start + offset, 2)
  if (count === null) return null
  const found = new Map<number, Entry>()
  for (let index = 0; index < Math.min(count, mostEntries); index += 1) {
    const at = start + offset + 2 + index * entryBytes
    const [name, type, length] = [read(at, 2), read(at + 2, 2), read(at + 4, 4)]
    const value = type === typeShort && length === 1 ? read(at + 8, 2) : read(at + 8, typeLong)
    if (name !== null && length !== null && value !== null) found.set(name, { count: length, value })
  }
  return found
}

function orientationOf(value: number | undefined): Orientation {
  return value !== undefined && value >= 1 && value <= 8 ? (value as Orientation) : 1
}

/** `2026:03:01 09:15:00` as `2026-03-01T09:15:00`; null for blanks and impossible dates, which cameras with no clock write. */
function isoDate(text: string | null): string | null {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(text ?? '')
  if (!match) return null
  const [, year, month, day, hour, minute, second] = match
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const date = new Date(`${iso}Z`)
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== iso ? null : iso
}
