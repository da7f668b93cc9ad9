import type { PackedRows, RowEdit, WriteRow } from './write-plan.ts'

const unchanged: RowEdit = { label: null, box: null, drawn: null }

/** Rows in the form in which they cross to the compute process; `position` renumbers their sources. */
export function packRows(
  rows: readonly WriteRow[],
  position: (source: number) => number = (source) => source,
): PackedRows {
  const sources = new Uint16Array(rows.length)
  const packed = new Int32Array(rows.length)
  const edits: (RowEdit & { readonly index: number })[] = []
  rows.forEach(({ source, row, label, box, drawn }, index) => {
    sources[index] = position(source)
    packed[index] = row ?? -1
    if (label !== null || box || drawn) edits.push({ index, label, box, drawn })
  })
  return { sources, rows: packed, edits }
}

export function unpackRows({ sources, rows, edits }: PackedRows): WriteRow[] {
  const editOf = new Map(edits.map(({ index, label, box, drawn }) => [index, { label, box, drawn }]))
  return Array.from(sources, (source, index) => {
    const row = rows[index]!
    return { source, row: row < 0 ? null : row, ...(editOf.get(index) ?? unchanged) }
  })
}
