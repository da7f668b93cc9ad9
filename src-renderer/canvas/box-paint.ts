import { readableInk } from '../composables/readable-ink.ts'
import type { Frame, MarkState } from './box-mark.ts'
import type { BoxView } from './box-view.ts'

type Context = CanvasRenderingContext2D

const chipHeightPx = 17
const chipFont = '600 11.5px system-ui, "Segoe UI", "Noto Sans", sans-serif'
/** Narrower boxes show the letter alone. */
const roomForConfidencePx = 44
/** Narrower boxes show a smaller letter. */
const roomForLetterPx = 15
const wrongRed = '#d92d20'
const warnAmber = '#ffb020'
const dashes: Readonly<Record<BoxView['origin'], readonly number[]>> = {
  person: [],
  imported: [],
  model: [6, 4],
  none: [2, 3],
}
const widths: Readonly<Record<BoxView['origin'], number>> = { person: 3, imported: 1.5, model: 2, none: 1.5 }

/** The line around a student: a dark halo keeps it visible on any photo. */
export function paintFrame(context: Context, frame: Frame, view: BoxView, state: MarkState): void {
  const { x, y, width, height } = frame
  const lineWidth = widths[view.origin]
  context.beginPath()
  context.roundRect(x, y, width, height, Math.min(3, width / 4, height / 4))
  if (state.selected || state.hovered) {
    context.globalAlpha = state.selected ? 0.24 : 0.14
    context.fillStyle = view.colour
    context.fill()
  }
  if (state.flash > 0) {
    context.globalAlpha = state.flash
    line(context, '#ffffff', lineWidth + 12 * state.flash)
  }
  context.globalAlpha = state.selected ? 0.9 : 0.5
  line(context, '#05070c', lineWidth + (state.selected ? 5 : 2))
  context.globalAlpha = 1
  if (state.selected) line(context, '#ffffff', lineWidth + 2.5)
  context.setLineDash(dashes[view.origin] as number[])
  line(context, view.colour, lineWidth)
  context.setLineDash([])
  if (view.rival !== null) paintWrongCorner(context, frame)
}

function line(context: Context, colour: string, width: number): void {
  context.strokeStyle = colour
  context.lineWidth = width
  context.stroke()
}

/** A red corner says that label and prediction differ, at any zoom and without colour vision. */
function paintWrongCorner(context: Context, { x, y, width, height }: Frame): void {
  const size = Math.max(6, Math.min(14, width * 0.4, height * 0.4))
  context.beginPath()
  context.moveTo(x + width + 1, y - 1)
  context.lineTo(x + width - size, y - 1)
  context.lineTo(x + width + 1, y + size)
  context.closePath()
  context.fillStyle = wrongRed
  context.fill()
  line(context, '#ffffff', 1)
}

interface Plate {
  readonly text: string
  readonly fill: string
  readonly ink: string
}

/** What a chip says in the room it has: letter and confidence, the rival class, a warning. */
function platesOf(view: BoxView, { width }: Frame, { selected, hovered }: MarkState): readonly Plate[] {
  const open = selected || hovered
  const roomy = open || width >= roomForConfidencePx
  const word = open && view.className !== '' ? `${view.letter} · ${view.className}` : view.letter
  const percent = view.confidence === null ? '' : `${Math.round(100 * view.confidence)}`
  const plates: Plate[] = [
    {
      text: roomy && percent !== '' ? `${word} ${percent}${open ? ' %' : ''}` : word,
      fill: view.colour,
      ink: readableInk(view.colour),
    },
  ]
  if (view.rival !== null && roomy) plates.push({ text: `≠${view.rival}`, fill: wrongRed, ink: '#ffffff' })
  if (view.suspicious) plates.push({ text: '!', fill: warnAmber, ink: '#000000' })
  return plates
}

/** The chip above the box, or inside it where the view ends. */
export function paintChip(context: Context, frame: Frame, view: BoxView, state: MarkState): void {
  const open = state.selected || state.hovered
  const shrink = !open && frame.width < roomForLetterPx ? Math.max(0.62, frame.width / roomForLetterPx) : 1
  const height = chipHeightPx * shrink
  const above = frame.y - height - 1
  context.save()
  context.translate(frame.x - 1, above >= 0 || frame.y + frame.height < 0 ? above : frame.y + 1)
  context.scale(shrink, shrink)
  context.font = chipFont
  context.textBaseline = 'middle'
  let x = 0
  for (const plate of platesOf(view, frame, state)) x += paintPlate(context, x, plate)
  context.restore()
}

function paintPlate(context: Context, x: number, { text, fill, ink }: Plate): number {
  const textWidth = widthOf(context, text)
  const width = Math.max(chipHeightPx, Math.ceil(textWidth + 9))
  context.beginPath()
  context.roundRect(x + 0.5, 0.5, width - 1, chipHeightPx - 1, 4)
  context.fillStyle = fill
  context.fill()
  line(context, 'rgb(5 7 12 / 0.75)', 1)
  context.fillStyle = ink
  context.fillText(text, x + (width - textWidth) / 2, chipHeightPx / 2 + 0.5)
  return width + 1
}

const measured = new Map<string, number>()

/** Letters are measured once: a frame of 240 chips has no time to measure. */
function widthOf(context: Context, text: string): number {
  const known = measured.get(text)
  if (known !== undefined) return known
  const width = context.measureText(text).width
  if (measured.size > 5000) measured.clear()
  measured.set(text, width)
  return width
}
