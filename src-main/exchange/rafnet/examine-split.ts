import type { Finding } from '#shared/contract/summary.ts'
import { examineScenes } from '../examine-scenes.ts'
import { fileNameOf } from '../files.ts'
import { counted, findingAt, sizesDiffer } from '../finding.ts'
import type { ImportDraft } from '../import-draft.ts'
import type { SplitImage, SplitTable } from './split-table.ts'

type SplitStudent = SplitImage['students'][number]

/** Places of the students of whom something holds, as `166.jpg, student 1_30`. */
function placesWhere(table: SplitTable, holds: (student: SplitStudent) => boolean): string[] {
  return table.images.flatMap(({ imgPath, students }) =>
    students.filter(holds).map(({ bboxId }) => `${fileNameOf(imgPath)}, student ${bboxId}`),
  )
}

function examineLabels(table: SplitTable, classes: ReadonlySet<number>): Finding[] {
  const isUnlabelled = ({ label }: SplitStudent): boolean => label === null || label === -1
  const isUnknown = (student: SplitStudent): boolean => !isUnlabelled(student) && !classes.has(student.label ?? -1)
  return [
    ...findingAt(
      'labels-unlabelled',
      'info',
      placesWhere(table, isUnlabelled),
      (count) => `${counted(count, 'student has', 'students have')} no label and were imported unlabelled.`,
    ),
    ...findingAt(
      'labels-unknown',
      'warning',
      placesWhere(table, isUnknown),
      (count) =>
        `${counted(count, 'label is', 'labels are')} none of the project's classes (${[...classes].join(', ')}); those students were imported unlabelled.`,
    ),
  ]
}

function examineIds(table: SplitTable, draft: ImportDraft): Finding[] {
  const renamed = draft.scenes.flatMap((scene, index) => {
    const source = table.images[index]!.students
    const changed = scene.students.filter(({ bboxId }, place) => bboxId !== source[place]!.bboxId)
    return changed.map(({ bboxId }) => `${fileNameOf(scene.relativePath)}, now student ${bboxId}`)
  })
  return findingAt(
    'ids-duplicate',
    'warning',
    renamed,
    (count) =>
      `${counted(count, 'student has', 'students have')} an id that another student of the photo has; the project numbers them.`,
  )
}

function examineSizes(table: SplitTable, draft: ImportDraft): Finding[] {
  const differing = draft.scenes.flatMap(({ relativePath, size }, index) => {
    const { widthPx, heightPx } = table.images[index]!
    const isSame = widthPx === 0 || (widthPx === size.widthPx && heightPx === size.heightPx)
    return isSame
      ? []
      : [`${relativePath}: ${widthPx} × ${heightPx} in the file, ${size.widthPx} × ${size.heightPx} in the photo`]
  })
  return sizesDiffer(differing)
}

/**
 * The import doctor for a split pickle, one kind of finding after the other. Codes: labels-unlabelled, labels-unknown, ids-duplicate,
 * size-differs and those of `examineScenes`. Pure.
 */
export function* examineSplit(
  table: SplitTable,
  draft: ImportDraft,
  classes: ReadonlySet<number>,
): Generator<readonly Finding[]> {
  yield examineLabels(table, classes)
  yield examineIds(table, draft)
  yield examineSizes(table, draft)
  yield examineScenes(draft)
}
