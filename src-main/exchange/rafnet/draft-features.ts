import type { Box, Size } from '#shared/geometry/box.ts'
import { fromNormalisedBox } from '#shared/geometry/normalised-box.ts'
import type { NormalisedBox } from '#shared/geometry/normalised-box.ts'
import type { DraftPhoto, DraftScene, DraftStudent, SizeOrigin } from '../import-draft.ts'
import type { PhotoMatch } from '../photos/match-photos.ts'
import { pathSegments } from '../photos/match-photos.ts'
import type { FeatureTable } from './feature-table.ts'
import { sizeFromBoxes } from './size-from-boxes.ts'
import { uniqueIds } from './unique-ids.ts'

export interface DraftSurroundings {
  /** Photo of every distinct `img_paths` entry, by that entry. */
  readonly matches: ReadonlyMap<string, PhotoMatch>
  /** What is known of the matched photos, by path below the photo root. */
  readonly photos: ReadonlyMap<string, DraftPhoto>
  /** Indices of the project's classes. */
  readonly classes: ReadonlySet<number>
}

/** Boxes that are only known as shares of the image get px of an image of this size, so that they can be drawn. */
const nominalSize: Size = { widthPx: 1000, heightPx: 1000 }

export function boxAt(values: Float64Array | null, row: number): Box | null {
  if (!values) return null
  const at = row * 4
  const box = { x1: values[at]!, y1: values[at + 1]!, x2: values[at + 2]!, y2: values[at + 3]! }
  return Number.isFinite(box.x1 + box.y1 + box.x2 + box.y2) ? box : null
}

export function normalisedBoxAt(values: Float64Array | null, row: number): NormalisedBox | null {
  const box = boxAt(values, row)
  return box && { cx: box.x1, cy: box.y1, w: box.x2, h: box.y2 }
}

/** The image size that the context states at a row, or null. */
export function statedSize(table: FeatureTable, row: number): Size | null {
  const sizes = table.context?.imageSizes
  const heightPx = sizes?.[row * 2] ?? 0
  const widthPx = sizes?.[row * 2 + 1] ?? 0
  return heightPx > 0 && widthPx > 0 ? { widthPx, heightPx } : null
}

function sceneSize(table: FeatureTable, rows: readonly number[], photo: DraftPhoto | null): [Size, SizeOrigin] {
  if (photo?.size) return [photo.size, 'photo']
  const stated = statedSize(table, rows[0]!)
  if (stated) return [stated, 'file']
  const derived = sizeFromBoxes(table, rows)
  if (derived) return [derived, 'boxes']
  if (table.context?.boxesNormalised) return [nominalSize, 'nominal']
  return [{ widthPx: 0, heightPx: 0 }, 'unknown']
}

const isUsable = (size: Size): boolean => size.widthPx > 0 && size.heightPx > 0

function draftStudents(
  table: FeatureTable,
  rows: readonly number[],
  size: Size,
  classes: ReadonlySet<number>,
): DraftStudent[] {
  const ids = uniqueIds(rows.map((row) => table.bboxIds?.[row] ?? String(row)))
  return rows.map((row, index) => {
    const boxNormalised = normalisedBoxAt(table.context?.boxesNormalised ?? null, row)
    const stored = boxAt(table.context?.boxesAbsolute ?? null, row)
    const label = table.labels?.[row]
    return {
      row,
      bboxId: ids[index]!,
      sourcePath: table.imgPaths[row]!,
      box: stored ?? (boxNormalised && isUsable(size) ? fromNormalisedBox(boxNormalised, size) : null),
      boxNormalised,
      label: label !== undefined && classes.has(label) ? label : null,
    }
  })
}

/** Rows by scene, in order of first appearance; one path in two spellings is one scene. */
function rowsByScene(table: FeatureTable, matches: ReadonlyMap<string, PhotoMatch>): Map<string, number[]> {
  const keyOfPath = new Map<string, string>()
  const scenes = new Map<string, number[]>()
  table.imgPaths.forEach((imgPath, row) => {
    let key = keyOfPath.get(imgPath)
    if (key === undefined) {
      key = matches.get(imgPath)?.photo ?? pathSegments(imgPath).join('/')
      keyOfPath.set(imgPath, key)
    }
    const rows = scenes.get(key)
    if (rows) rows.push(row)
    else scenes.set(key, [row])
  })
  return scenes
}

function draftScene(
  table: FeatureTable,
  relativePath: string,
  rows: readonly number[],
  surroundings: DraftSurroundings,
): DraftScene {
  const first = rows[0]!
  const imgPath = table.imgPaths[first]!
  const photoPath = surroundings.matches.get(imgPath)?.photo ?? null
  const photo = photoPath === null ? null : (surroundings.photos.get(photoPath) ?? null)
  const [size, sizeOrigin] = sceneSize(table, rows, photo)
  return {
    relativePath,
    sourceKey: pathSegments(imgPath).join('/'),
    photo,
    size,
    sizeOrigin,
    room: table.context?.rooms?.[first] ?? null,
    takenAt: table.context?.takenAt?.[first] ?? photo?.takenAt ?? null,
    students: draftStudents(table, rows, size, surroundings.classes),
  }
}

/** What importing a feature pickle will write, scene by scene in order of their first row: whoever has other work does it in between. Pure. */
export function* draftScenes(table: FeatureTable, surroundings: DraftSurroundings): Generator<DraftScene> {
  for (const [relativePath, rows] of rowsByScene(table, surroundings.matches)) {
    yield draftScene(table, relativePath, rows, surroundings)
  }
}
