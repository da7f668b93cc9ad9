import { uprightBox, type Box, type Point } from '#shared/geometry/box.ts'
import { toView, type Viewport } from '#shared/geometry/viewport.ts'
import { handlePoints, type Hand } from './hand.ts'

type Context = CanvasRenderingContext2D

/** A line between two students that the spatial graph joined; ends in image px, weight 0 to 1. */
export interface Link {
  readonly from: Point
  readonly to: Point
  readonly weight: number
}

const sketchColour = '#5a63e6'
const linkColour = '#ffd54a'
const handleSidePx = 8

/** What the hand is making right now: a new box, a marquee, and the handles of the one selected box. */
export function paintSketch(context: Context, hand: Hand, handled: Box | null, viewport: Viewport): void {
  if (hand.kind === 'drawing-box' || hand.kind === 'marquee') {
    const { x1, y1, x2, y2 } = inView(hand.box, viewport)
    context.fillStyle = hand.kind === 'marquee' ? 'rgb(90 99 230 / 0.16)' : 'rgb(90 99 230 / 0.1)'
    context.fillRect(x1, y1, x2 - x1, y2 - y1)
    context.setLineDash(hand.kind === 'marquee' ? [5, 4] : [])
    outline(context, x1, y1, x2 - x1, y2 - y1)
    context.setLineDash([])
  }
  if (handled) for (const [, point] of handlePoints(handled)) paintHandle(context, toView(viewport, point))
}

function outline(context: Context, x: number, y: number, width: number, height: number): void {
  context.lineWidth = 3.5
  context.strokeStyle = '#ffffff'
  context.strokeRect(x, y, width, height)
  context.lineWidth = 1.75
  context.strokeStyle = sketchColour
  context.strokeRect(x, y, width, height)
}

function paintHandle(context: Context, { x, y }: Point): void {
  const half = handleSidePx / 2
  context.beginPath()
  context.roundRect(Math.round(x) - half, Math.round(y) - half, handleSidePx, handleSidePx, 2)
  context.fillStyle = '#ffffff'
  context.fill()
  context.lineWidth = 1.5
  context.strokeStyle = '#1a1e27'
  context.stroke()
}

/** Lines to the neighbours, the stronger the thicker, each with its weight in percent at its far end. */
export function paintLinks(context: Context, links: readonly Link[], viewport: Viewport): void {
  context.font = '600 11px system-ui, sans-serif'
  context.textBaseline = 'middle'
  context.textAlign = 'center'
  for (const link of links) {
    const from = toView(viewport, link.from)
    const to = toView(viewport, link.to)
    context.lineCap = 'round'
    for (const [colour, extra] of [['rgb(5 7 12 / 0.7)', 3] as const, [linkColour, 0] as const]) {
      context.beginPath()
      context.moveTo(from.x, from.y)
      context.lineTo(to.x, to.y)
      context.strokeStyle = colour
      context.lineWidth = 1.5 + 6 * link.weight + extra
      context.stroke()
    }
    paintWeight(context, to, `${Math.round(100 * link.weight)} %`)
  }
  context.textAlign = 'start'
  context.lineCap = 'butt'
}

function paintWeight(context: Context, { x, y }: Point, text: string): void {
  const width = context.measureText(text).width + 10
  context.beginPath()
  context.roundRect(x - width / 2, y - 9, width, 18, 9)
  context.fillStyle = linkColour
  context.fill()
  context.fillStyle = '#000000'
  context.fillText(text, x, y + 0.5)
}

function inView(box: Box, viewport: Viewport): Box {
  const { x1, y1, x2, y2 } = uprightBox(box)
  const from = toView(viewport, { x: x1, y: y1 })
  const to = toView(viewport, { x: x2, y: y2 })
  return { x1: from.x, y1: from.y, x2: to.x, y2: to.y }
}
