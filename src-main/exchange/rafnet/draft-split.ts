import type { DraftScene } from '../import-draft.ts'
import { pathSegments } from '../photos/match-photos.ts'
import type { DraftSurroundings } from './draft-features.ts'
import { uniqueIds } from './unique-ids.ts'
import type { SplitImage, SplitTable } from './split-table.ts'

function draftImage(image: SplitImage, firstRow: number, surroundings: DraftSurroundings): DraftScene {
  const { matches, photos, classes } = surroundings
  const photoPath = matches.get(image.imgPath)?.photo ?? null
  const photo = photoPath === null ? null : (photos.get(photoPath) ?? null)
  const stated = { widthPx: image.widthPx, heightPx: image.heightPx }
  const sourceKey = pathSegments(image.imgPath).join('/')
  const ids = uniqueIds(image.students.map(({ bboxId }) => bboxId))
  return {
    relativePath: photoPath ?? sourceKey,
    sourceKey,
    photo,
    size: photo?.size ?? stated,
    sizeOrigin: photo?.size ? 'photo' : stated.widthPx > 0 ? 'file' : 'unknown',
    room: image.room,
    takenAt: image.takenAt ?? photo?.takenAt ?? null,
    students: image.students.map(({ box, label }, index) => ({
      row: firstRow + index,
      bboxId: ids[index]!,
      sourcePath: image.imgPath,
      box,
      boxNormalised: null,
      label: label !== null && classes.has(label) ? label : null,
    })),
  }
}

/** What importing a split pickle will write, scene by scene, its students numbered in file order. Pure. */
export function* draftSplit(table: SplitTable, surroundings: DraftSurroundings): Generator<DraftScene> {
  let row = 0
  for (const image of table.images) {
    yield draftImage(image, row, surroundings)
    row += image.students.length
  }
}
