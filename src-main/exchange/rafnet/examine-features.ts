import type { Finding } from '#shared/contract/summary.ts'
import { counted, findingAt, sizesDiffer } from '../finding.ts'
import { fileNameOf } from '../files.ts'
import type { ImportDraft } from '../import-draft.ts'
import { examineScenes } from '../examine-scenes.ts'
import { statedSize } from './draft-features.ts'
import type { FeatureTable } from './feature-table.ts'
import { sizeFromBoxes } from './size-from-boxes.ts'

function examineContext(table: FeatureTable): Finding[] {
  const { context } = table
  if (!context) {
    return findingAt(
      'context-missing',
      'warning',
      [fileNameOf(table.file)],
      () =>
        'There is no context: neither a key "context" nor a file beside. Students were imported without boxes; ' +
        'heads that use the seating graph cannot use it for them.',
    )
  }
  const absent = [
    context.boxesAbsolute ?? 'bbox_xyxy_abs',
    context.boxesNormalised ?? 'bbox_cxcywh_norm',
    context.imageSizes ?? 'image_hw',
    context.rooms ?? 'room_id',
    context.takenAt ?? 'datetime_iso',
  ].filter((column) => typeof column === 'string')
  return findingAt(
    'context-partial',
    'info',
    absent,
    () =>
      `The context lacks ${absent.join(', ')}; what can be told from the photos was taken from them, the rest stays empty.`,
  )
}

function examineStated(table: FeatureTable): Finding[] {
  const present = table.modalities.map(({ name }) => name)
  const stated = table.statedModalities ?? present
  const absent = stated.filter((name) => !present.includes(name))
  const unstated = present.filter((name) => !stated.includes(name))
  const stale = findingAt(
    'modalities-stale',
    'warning',
    [...absent, ...unstated],
    () =>
      `metadata.modalities says ${stated.join(', ') || 'nothing'}, but the file holds ${present.join(', ') || 'no features'}; ` +
      'the keys that are there were imported, and the note is kept as it is for exports.',
  )
  const widths = table.statedWidths ?? {}
  const unfit = table.modalities.filter(({ name, width }) => (widths[name] ?? width) !== width)
  const places = unfit.map(({ name, width }) => `${name}: ${widths[name]} stated, ${width} found`)
  return [
    ...stale,
    ...findingAt(
      'width-mismatch',
      'warning',
      places,
      () =>
        `metadata.modal_feature_dims does not fit the vectors (${places.join('; ')}); the vectors were imported as they are.`,
    ),
  ]
}

function examineVectors(table: FeatureTable): Finding[] {
  const none = table.modalities.length === 0 ? [fileNameOf(table.file)] : []
  const bad = table.modalities.flatMap(({ name, notFiniteRows }) => notFiniteRows.map((row) => `${name} row ${row}`))
  const swapped = table.modalities.filter(({ byteOrder }) => byteOrder === 'big').map(({ name }) => name)
  return [
    ...findingAt(
      'features-missing',
      'warning',
      none,
      () => 'The file holds no features; students and labels were imported, no model can be run on them.',
    ),
    ...findingAt(
      'features-not-finite',
      'warning',
      bad,
      (count) =>
        `${counted(count, 'vector holds', 'vectors hold')} NaN or an infinity; they were imported as they are, but no model runs on them. Extract them again, or delete their students.`,
    ),
    ...findingAt(
      'byte-order-swapped',
      'info',
      swapped,
      (count) =>
        `${counted(count, 'modality is', 'modalities are')} big-endian; the project keeps them little-endian, exports are big-endian again.`,
    ),
  ]
}

function examineLabels(table: FeatureTable, classes: ReadonlySet<number>, place: (row: number) => string): Finding[] {
  const labels = table.labels
  const missing = labels ? [] : [fileNameOf(table.file)]
  const rows = Array.from(labels ?? [], (label, row) => ({ label, row }))
  const unlabelled = rows.filter(({ label }) => label === -1)
  const unknown = rows.filter(({ label }) => label !== -1 && !classes.has(label))
  return [
    ...findingAt(
      'labels-missing',
      'info',
      missing,
      () => 'The file holds no labels; all students were imported unlabelled.',
    ),
    ...findingAt(
      'labels-unlabelled',
      'info',
      unlabelled.map(({ row }) => place(row)),
      (count) => `${counted(count, 'student has', 'students have')} the label −1 and were imported unlabelled.`,
    ),
    ...findingAt(
      'labels-unknown',
      'warning',
      unknown.map(({ row, label }) => `${place(row)}: ${label}`),
      (count) =>
        `${counted(count, 'label is', 'labels are')} none of the project's classes (${[...classes].join(', ')}); those students were imported unlabelled.`,
    ),
  ]
}

function examineIds(table: FeatureTable, draft: ImportDraft, place: (row: number) => string): Finding[] {
  const missing = table.bboxIds ? [] : [fileNameOf(table.file)]
  const renamed = draft.scenes.flatMap(({ students }) => {
    const isRenamed = (row: number, id: string) => table.bboxIds !== null && table.bboxIds[row] !== id
    return students
      .filter(({ row, bboxId }) => isRenamed(row, bboxId))
      .map(({ row, bboxId }) => `${place(row)} → ${bboxId}`)
  })
  return [
    ...findingAt(
      'ids-missing',
      'warning',
      missing,
      () => 'metadata.bbox_ids is missing; the row number was taken as the id of each student.',
    ),
    ...findingAt(
      'ids-duplicate',
      'warning',
      renamed,
      (count) =>
        `${counted(count, 'student has', 'students have')} an id that another student of the photo has; the project numbers them, exports keep the id of the file.`,
    ),
  ]
}

function examineSizes(table: FeatureTable, draft: ImportDraft): Finding[] {
  const differing = draft.scenes.flatMap((scene) => {
    if (scene.sizeOrigin !== 'photo') return []
    const rows = scene.students.map(({ row }) => row)
    const said = statedSize(table, rows[0]!) ?? sizeFromBoxes(table, rows)
    const isNear =
      said && Math.abs(said.widthPx - scene.size.widthPx) <= 2 && Math.abs(said.heightPx - scene.size.heightPx) <= 2
    if (!said || isNear) return []
    const { widthPx, heightPx } = scene.size
    return [
      `${scene.relativePath}: ${said.widthPx} × ${said.heightPx} in the file, ${widthPx} × ${heightPx} in the photo`,
    ]
  })
  return sizesDiffer(differing)
}

/**
 * The import doctor for a feature pickle: everything odd about it and what the import did about each, most general first, one kind of
 * finding after the other: whoever has other work does it in between. Pure.
 * Codes: context-missing, context-partial, modalities-stale, width-mismatch, features-missing, features-not-finite,
 * byte-order-swapped, labels-missing, labels-unlabelled, labels-unknown, ids-missing, ids-duplicate, size-differs and those of
 * `examineScenes`.
 */
export function* examineFeatures(
  table: FeatureTable,
  draft: ImportDraft,
  classes: ReadonlySet<number>,
): Generator<Finding[]> {
  const place = (row: number): string =>
    `${fileNameOf(table.imgPaths[row]!)}, student ${table.bboxIds?.[row] ?? row} (row ${row})`
  yield examineContext(table)
  yield examineStated(table)
  yield examineVectors(table)
  yield examineLabels(table, classes, place)
  yield examineIds(table, draft, place)
  yield examineSizes(table, draft)
  yield examineScenes(draft)
}
