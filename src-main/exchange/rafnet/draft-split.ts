import type { Finding } from '#shared/contract/summary.ts'
import { counted, findingAt } from '../finding.ts'
import { examineScenes } from '../examine-scenes.ts'
import { fileNameOf } from '../files.ts'
import { draftOf } from '../import-draft.ts'
import type { DraftScene, ImportDraft } from '../import-draft.ts'
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

/** What importing a split pickle will write: its students in file order. Pure. */
export function draftSplit(table: SplitTable, surroundings: DraftSurroundings): ImportDraft {
  let row = 0
  const scenes = table.images.map((image) => {
    const scene = draftImage(image, row, surroundings)
    row += image.students.length
    return scene
  })
  return draftOf(scenes)
}

/**
 * The import doctor for a split pickle. Codes: labels-unlabelled, labels-unknown, ids-duplicate, size-differs and those of
 * `examineScenes`. Pure.
 */
export function examineSplit(table: SplitTable, draft: ImportDraft, classes: ReadonlySet<number>): Finding[] {
  const all = table.images.flatMap(({ imgPath, students }) => {
    return students.map(({ bboxId, label }) => ({ label, place: `${fileNameOf(imgPath)}, student ${bboxId}` }))
  })
  const unlabelled = all.filter(({ label }) => label === null || label === -1).map(({ place }) => place)
  const unknown = all.filter(({ label }) => label !== null && label !== -1 && !classes.has(label))
  const renamed = draft.scenes.flatMap((scene, index) => {
    const source = table.images[index]!.students
    return scene.students.flatMap(({ bboxId }, at) =>
      bboxId === source[at]!.bboxId ? [] : [`${scene.relativePath} → ${bboxId}`],
    )
  })
  const differing = draft.scenes.flatMap((scene, index) => {
    const { widthPx, heightPx } = table.images[index]!
    const isSame = widthPx === 0 || (widthPx === scene.size.widthPx && heightPx === scene.size.heightPx)
    return isSame
      ? []
      : [
          `${scene.relativePath}: ${widthPx} × ${heightPx} in the file, ${scene.size.widthPx} × ${scene.size.heightPx} in the photo`,
        ]
  })
  return [
    ...findingAt(
      'labels-unlabelled',
      'info',
      unlabelled,
      (count) => `${counted(count, 'student has', 'students have')} no label and were imported unlabelled.`,
    ),
    ...findingAt(
      'labels-unknown',
      'warning',
      unknown.map(({ place, label }) => `${place}: ${label}`),
      (count) =>
        `${counted(count, 'label is', 'labels are')} none of the project's classes (${[...classes].join(', ')}); those students were imported unlabelled.`,
    ),
    ...findingAt(
      'ids-duplicate',
      'warning',
      renamed,
      (count) =>
        `${counted(count, 'student has', 'students have')} an id that another student of the photo has; the project numbers them.`,
    ),
    ...findingAt(
      'size-differs',
      'warning',
      differing,
      (count) =>
        `${counted(count, 'photo has', 'photos have')} another size than the file says; boxes were kept as stored and may lie beside their students: check whether these are the right photos.`,
    ),
    ...examineScenes(draft),
  ]
}
