import type { Size } from '#shared/geometry/box.ts'
import { fitViewport } from '#shared/geometry/viewport.ts'

/** Whether several panes of one photo show it larger one above the other than side by side. */
export function stacksBetter(photo: Size, area: Size, panes: number): boolean {
  const beside = fitViewport(photo, { ...area, widthPx: area.widthPx / panes }).scale
  const above = fitViewport(photo, { ...area, heightPx: area.heightPx / panes }).scale
  return above > beside
}
