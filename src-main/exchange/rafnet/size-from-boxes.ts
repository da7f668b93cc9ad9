import type { Size } from '#shared/geometry/box.ts'
import type { FeatureTable } from './feature-table.ts'

/** Centres nearer to the edge than this share say too little about the size. */
const leastShare = 0.01

function median(values: number[]): number | null {
  values.sort((a, b) => a - b)
  return values[values.length >> 1] ?? null
}

/**
 * The image size of one scene from its boxes in px and as shares: w = x / cx, h = y / cy, the median over its rows, rounded to whole px.
 * Null where a row has not both forms.
 */
export function sizeFromBoxes(table: FeatureTable, rows: readonly number[]): Size | null {
  const absolute = table.context?.boxesAbsolute
  const normalised = table.context?.boxesNormalised
  if (!absolute || !normalised) return null
  const along = (axis: 0 | 1): number | null => {
    const sizes = rows.flatMap((row) => {
      const share = normalised[row * 4 + axis]!
      const centrePx = (absolute[row * 4 + axis]! + absolute[row * 4 + axis + 2]!) / 2
      const size = centrePx / share
      return share > leastShare && Number.isFinite(size) && size >= 1 ? [size] : []
    })
    return median(sizes)
  }
  const widthPx = along(0)
  const heightPx = along(1)
  return widthPx === null || heightPx === null ? null : { widthPx: Math.round(widthPx), heightPx: Math.round(heightPx) }
}
