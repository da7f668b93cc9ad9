import { toNormalisedBox } from '#shared/geometry/normalised-box.ts'
import { contextKeys } from './context-table.ts'
import type { CellPatch } from './pickle-cells.ts'
import type { Cell } from './select-rows.ts'
import type { WriteRow } from './write-plan.ts'

/** Columns that say something of the photo, so that a drawn student has what its neighbours have. */
const sceneWide: ReadonlySet<string> = new Set([
  'img_paths',
  contextKeys.imageSizes,
  contextKeys.rooms,
  contextKeys.takenAt,
  contextKeys.groups,
])

function boxPatch(key: string, row: WriteRow): CellPatch {
  if (!row.box) return null
  const { x1, y1, x2, y2 } = row.box
  if (key === contextKeys.boxesAbsolute) return [x1, y1, x2, y2]
  if (key === contextKeys.imageSizes) return [row.box.heightPx, row.box.widthPx]
  if (key !== contextKeys.boxesNormalised) return null
  const { cx, cy, w, h } = toNormalisedBox(row.box, row.box)
  return [cx, cy, w, h]
}

function drawnPatch(key: string, row: WriteRow, personIndex: number): CellPatch {
  if (key === 'bbox_ids') return row.drawn?.bboxId ?? null
  if (key === 'img_paths') return row.drawn?.imgPath ?? null
  if (key === 'labels') return row.label
  return key === contextKeys.personIndex ? personIndex : boxPatch(key, row)
}

function changedPatch(key: string, row: WriteRow): CellPatch {
  if (key === 'labels') return row.label
  return key === contextKeys.boxesAbsolute || key === contextKeys.boxesNormalised ? boxPatch(key, row) : null
}

/** Where every entry of a column comes from. `personIndices` gives drawn students their place in the photo, by export row. */
export function exportCells(
  key: string,
  rows: readonly WriteRow[],
  personIndices: ReadonlyMap<number, number>,
): Cell[] {
  return rows.map((row, index): Cell => {
    const isKept = row.row !== null && (!row.drawn || sceneWide.has(key))
    const patch = isKept ? changedPatch(key, row) : drawnPatch(key, row, personIndices.get(index) ?? -1)
    if (patch !== null) return { kind: 'set', value: patch }
    return isKept && row.row !== null ? { kind: 'kept', source: row.source, row: row.row } : { kind: 'unknown' }
  })
}
