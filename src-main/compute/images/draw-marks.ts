import type { SKRSContext2D } from '@napi-rs/canvas'
import { readableInk } from '#shared/domain/readable-ink.ts'
import type { Box } from '#shared/geometry/box.ts'

/** A student to draw: the box in px of the canvas, a CSS hex colour, the chip's few letters, whether the model was wrong. */
export interface Mark {
  readonly box: Box
  readonly colour: string
  readonly text: string
  readonly wrong: boolean
}

/** Sizes in px of a picture whose longer side is 1280; larger pictures get larger marks. */
const style = {
  outline: 2.5,
  halo: 4.5,
  cornerRadius: 4,
  chipHeight: 19,
  chipPadding: 6,
  fontSize: 13,
  badgeRadius: 7.5,
  referenceSide: 1280,
} as const

const haloColour = 'rgba(255, 255, 255, 0.75)'
const wrongColour = '#c62828'
const fontFamilies =
  '"Liberation Sans", Arial, Helvetica, "DejaVu Sans", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'

/** Draws outlines first and chips above them all, so that no neighbour's outline crosses a letter. */
export function drawMarks(context: SKRSContext2D, marks: readonly Mark[]): void {
  const { width, height } = context.canvas
  const scale = Math.max(0.75, Math.max(width, height) / style.referenceSide)
  const upright = marks.map((mark) => ({ ...mark, box: ordered(mark.box) }))
  context.save()
  context.lineJoin = 'round'
  for (const mark of upright) drawOutline(context, mark, scale)
  for (const mark of upright) drawChip(context, mark, scale)
  for (const { box, wrong } of upright) if (wrong) drawBadge(context, box, scale)
  context.restore()
}

function drawOutline(context: SKRSContext2D, { box, colour }: Mark, scale: number): void {
  const radius = Math.min(style.cornerRadius * scale, (box.x2 - box.x1) / 2, (box.y2 - box.y1) / 2)
  context.beginPath()
  context.roundRect(box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1, radius)
  context.strokeStyle = haloColour
  context.lineWidth = style.halo * scale
  context.stroke()
  context.strokeStyle = colour
  context.lineWidth = style.outline * scale
  context.stroke()
}

/** Above the box where there is room, else inside its upper edge. */
function drawChip(context: SKRSContext2D, { box, colour, text }: Mark, scale: number): void {
  if (text === '') return
  context.font = `bold ${style.fontSize * scale}px ${fontFamilies}`
  const height = style.chipHeight * scale
  const width = Math.max(height, context.measureText(text).width + 2 * style.chipPadding * scale)
  const x = clamp(box.x1 - (style.outline * scale) / 2, 1, context.canvas.width - width - 1)
  const above = box.y1 - height + (style.outline * scale) / 2
  const y = clamp(above >= 1 ? above : box.y1, 1, context.canvas.height - height - 1)
  context.beginPath()
  context.roundRect(x, y, width, height, height * 0.3)
  context.fillStyle = colour
  context.fill()
  context.strokeStyle = haloColour
  context.lineWidth = scale
  context.stroke()
  context.fillStyle = readableInk(colour)
  context.textAlign = 'center'
  context.textBaseline = 'alphabetic'
  // Capitals are about 0.72 em high: centred on that, not on the font's full line.
  context.fillText(text, x + width / 2, y + height / 2 + style.fontSize * scale * 0.36)
}

/** A red disc with a white cross at the box's upper right corner: seen without telling colours apart. */
function drawBadge(context: SKRSContext2D, box: Box, scale: number): void {
  const radius = style.badgeRadius * scale
  const x = clamp(box.x2, radius + 1, context.canvas.width - radius - 1)
  const y = clamp(box.y1, radius + 1, context.canvas.height - radius - 1)
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fillStyle = wrongColour
  context.fill()
  context.strokeStyle = '#ffffff'
  context.lineWidth = 1.5 * scale
  context.stroke()
  const arm = radius * 0.4
  context.beginPath()
  context.moveTo(x - arm, y - arm)
  context.lineTo(x + arm, y + arm)
  context.moveTo(x + arm, y - arm)
  context.lineTo(x - arm, y + arm)
  context.lineWidth = 2 * scale
  context.lineCap = 'round'
  context.stroke()
}

/** A box with its corners in order; an inverted one is drawn where it lies. */
const ordered = ({ x1, y1, x2, y2 }: Box): Box => ({
  x1: Math.min(x1, x2),
  y1: Math.min(y1, y2),
  x2: Math.max(x1, x2),
  y2: Math.max(y1, y2),
})

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high))
