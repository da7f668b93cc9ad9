import type { Point } from '#shared/geometry/box.ts'
import type { BoxHandle } from '#shared/geometry/box-editing.ts'
import { toImage } from '#shared/geometry/viewport.ts'
import { boxAt, handleAt, type Hand, type Surface } from './hand.ts'

const handleCursors: Readonly<Record<BoxHandle, string>> = {
  nw: 'nwse-resize',
  se: 'nwse-resize',
  ne: 'nesw-resize',
  sw: 'nesw-resize',
  n: 'ns-resize',
  s: 'ns-resize',
  e: 'ew-resize',
  w: 'ew-resize',
}

/** The cursor that says what a press at this point of the view would do, or what the hand is doing. */
export function cursorFor(surface: Surface, hand: Hand, at: Point | null, space: boolean): string {
  if (hand.kind === 'panning') return 'grabbing'
  if (hand.kind === 'moving-box') return 'move'
  if (hand.kind === 'resizing-box') return handleCursors[hand.handle]
  if (space) return 'grab'
  if (surface.tool === 'draw' || hand.kind === 'marquee') return 'crosshair'
  if (!at) return 'default'
  const handle = surface.handled && handleAt(surface.viewport, surface.handled.box, at)
  if (handle) return handleCursors[handle]
  return boxAt(surface.boxes, toImage(surface.viewport, at)) ? 'pointer' : 'default'
}
