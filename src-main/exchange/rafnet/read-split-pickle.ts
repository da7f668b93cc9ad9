import { AppError } from '#shared/contract/app-error.ts'
import type { Box } from '#shared/geometry/box.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { hashFile } from '../files.ts'
import type { Progress } from '../progress.ts'
import { columnItems, numberOf, stringOf } from './columns.ts'
import { readPickleFile } from './read-pickle-file.ts'
import type { SplitImage, SplitTable } from './split-table.ts'

/** Which entry is read, for error messages: `images[3].bboxes[0]`. */
interface Place {
  readonly file: string
  readonly entry: string
}

function malformed(place: Place, needed: string): AppError {
  return new AppError(
    'split.malformed',
    `${place.file}: ${place.entry} must be ${needed}; write the split again with RAFNet's tools.`,
    { file: place.file, entry: place.entry },
  )
}

function numbersOf(value: PickleValue | undefined, place: Place, needed: string): number[] {
  const items = value instanceof NdArray ? value.toValues() : columnItems(value)
  const numbers = items?.flatMap((item) => columnItems(item) ?? [item]).map(numberOf)
  if (!numbers?.every((number) => number !== null)) throw malformed(place, needed)
  return numbers
}

function textOf(value: PickleValue | undefined): string | null {
  if (value === undefined || value === null) return null
  const text = stringOf(value) ?? numberOf(value)
  return text === null ? null : String(text)
}

function readStudent(value: PickleValue, index: number, place: Place): SplitImage['students'][number] {
  if (!(value instanceof Map)) throw malformed(place, 'a dict with bbox, bbox_id and label')
  const [x1, y1, x2, y2, ...more] = numbersOf(value.get('bbox'), place, 'a dict whose bbox is [[x1, y1], [x2, y2]]')
  if (y2 === undefined || more.length > 0) throw malformed(place, 'a dict whose bbox is [[x1, y1], [x2, y2]]')
  const box: Box = { x1: x1!, y1: y1!, x2: x2!, y2 }
  const stored = value.get('label') ?? null
  const label = stored === null ? null : numberOf(stored)
  if (stored !== null && !Number.isInteger(label))
    throw malformed(place, 'a dict whose label is a whole number or None')
  return { bboxId: textOf(value.get('bbox_id')) ?? String(index), box, label }
}

function readImage(value: PickleValue, place: Place): SplitImage {
  if (!(value instanceof Map)) throw malformed(place, 'a dict with img_path, h_w and bboxes')
  const imgPath = textOf(value.get('img_path'))
  if (imgPath === null || imgPath === '') throw malformed(place, 'a dict with an img_path')
  const students = columnItems(value.get('bboxes') ?? [])
  if (!students) throw malformed(place, 'a dict whose bboxes are a list')
  const size = value.get('h_w') ?? null
  const [heightPx = 0, widthPx = 0] = size === null ? [] : numbersOf(size, place, 'a dict whose h_w is (height, width)')
  return {
    imgPath,
    heightPx,
    widthPx,
    room: textOf(value.get('room_id')),
    takenAt: textOf(value.get('datetime_iso')),
    students: students.map((student, index) => {
      return readStudent(student, index, { file: place.file, entry: `${place.entry}.bboxes[${index}]` })
    }),
  }
}

/** The images of a split pickle: `{images: [...]}`, or the list alone. */
function imagesOf(value: PickleValue, file: string): readonly PickleValue[] {
  const images = value instanceof Map ? columnItems(value.get('images')) : columnItems(value)
  if (images) return images
  throw new AppError(
    'split.images-missing',
    `${file}: there is no list under "images", so this is no split pickle; import a feature pickle as features.`,
    { file },
  )
}

/**
 * Reads a RAFNet split pickle (`train.pkl`) in the compute process. A missing h_w gives a size of 0 × 0, a missing label null.
 * Throws AppError `pickle.*`, `split.images-missing`, `split.malformed` (naming the entry) or `exchange.file-*`.
 */
export async function* readSplitPickle(file: string, signal?: AbortSignal): AsyncGenerator<Progress<SplitTable>> {
  const sha256 = await hashFile(file, signal)
  const values = imagesOf(readPickleFile(file), file)
  yield { kind: 'progress', done: 0, total: values.length }
  const images = values.map((value, index) => readImage(value, { file, entry: `images[${index}]` }))
  yield { kind: 'result', result: { file, sha256, images } }
}
