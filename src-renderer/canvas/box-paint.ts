import { readableInk } from '#shared/domain/readable-ink.ts'
import type { Frame, MarkState } from './box-mark.ts'
import type { BoxView } from './box-view.ts'

type Context = CanvasRenderingContext2D

export const chipHeightPx = 17
const chipFont =
  '600 11.5px -apple-system, "Segoe UI", "Noto Sans", "Lectern Latin", system-ui, "PingFang SC", "Microsoft YaHei", sans-serif'
/** Narrower boxes show a smaller letter. */
const roomForLetterPx = 15
const wrongRed = '#d92d20'
const chipEdge = 'rgb(5 7 12 / 0.75)'
const warnAmber = '#ffb020'
const dashes: Readonly<Record<BoxView['origin'], readonly number[]>> = {
  person: [],
  imported: [],
  model: [6, 4],
  none: [2, 3],
}
const widths: Readonly<Record<BoxView['origin'], number>> = { person: 3, imported: 1.5, model: 2, none: 1.5 }

/** The line around a student: a dark halo keeps it visible on any photo. Straight corners on whole px draw several times faster. */
export function paintFrame(context: Context, frame: Frame, view: BoxView, state: MarkState): void {
  const { x, y, width, height } = frame
  const lineWidth = widths[view.origin]
  if (state.selected || state.hovered) {
    context.globalAlpha = state.selected ? 0.24 : 0.14
    context.fillStyle = view.colour
    context.fillRect(x, y, width, height)
  }
  if (state.flash > 0) {
    context.globalAlpha = state.flash
    outline(context, frame, '#ffffff', lineWidth + 12 * state.flash)
  }
  context.globalAlpha = state.selected ? 0.9 : 0.5
  outline(context, frame, '#05070c', lineWidth + (state.selected ? 5 : 2))
  context.globalAlpha = 1
  if (state.selected) outline(context, frame, '#ffffff', lineWidth + 2.5)
  const dash = dashes[view.origin] as number[]
  if (dash.length > 0) context.setLineDash(dash)
  outline(context, frame, view.colour, lineWidth)
  if (dash.length > 0) context.setLineDash([])
  if (view.rival !== null) paintWrongCorner(context, frame)
}

function outline(context: Context, { x, y, width, height }: Frame, colour: string, lineWidth: number): void {
  context.strokeStyle = colour
  context.lineWidth = lineWidth
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1)
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
  context.strokeStyle = '#ffffff'
  context.lineWidth = 1
  context.stroke()
}

interface Plate {
  readonly text: string
  readonly fill: string
  readonly ink: string
}

/** What a chip says in the room it has: letter and confidence, the rival class with its confidence, a warning. */
function platesOf(view: BoxView, words: 'letter' | 'short' | 'full'): readonly Plate[] {
  const percentOf = (share: number | null) =>
    share === null || words === 'letter' ? '' : ` ${Math.round(100 * share)}${words === 'full' ? ' %' : ''}`
  const name = words === 'full' && view.className !== '' ? `${view.letter} · ${view.className}` : view.letter
  const plates: Plate[] = [
    { text: `${name}${percentOf(view.confidence)}`, fill: view.colour, ink: readableInk(view.colour) },
  ]
  if (view.rival !== null && words !== 'letter') {
    plates.push({ text: `≠${view.rival}${percentOf(view.rivalConfidence)}`, fill: wrongRed, ink: '#ffffff' })
  }
  if (view.suspicious) plates.push({ text: '!', fill: warnAmber, ink: '#000000' })
  return plates
}

const plateWidth = (context: Context, text: string): number =>
  Math.max(chipHeightPx, Math.ceil(widthOf(context, text) + 9)) + 1

/** The width of a chip in view px, with its confidence and as the letter alone. */
export function chipWidths(context: Context, view: BoxView): { readonly short: number; readonly letter: number } {
  context.font = chipFont
  const width = (words: 'letter' | 'short') =>
    platesOf(view, words).reduce((total, plate) => total + plateWidth(context, plate.text), 0)
  return { short: width('short'), letter: width('letter') }
}

/** The chip above the box, or inside it where the view ends. */
export function paintChip(context: Context, frame: Frame, view: BoxView, state: MarkState): void {
  const { open } = state
  const shrink = !open && frame.width < roomForLetterPx ? Math.max(0.62, frame.width / roomForLetterPx) : 1
  const height = chipHeightPx * shrink
  const above = frame.y - height - 1
  context.save()
  context.translate(frame.x - 1, above >= 0 || frame.y + frame.height < 0 ? above : frame.y + 1)
  context.scale(shrink, shrink)
  context.font = chipFont
  let x = 0
  const words = open ? 'full' : state.crowded ? 'letter' : 'short'
  const edge = view.rival !== null && words === 'letter' ? wrongRed : chipEdge
  for (const plate of platesOf(view, words)) x += paintPlate(context, x, plate, edge)
  context.restore()
}

function paintPlate(context: Context, x: number, plate: Plate, edge: string): number {
  const width = plateWidth(context, plate.text) - 1
  const sprite = spriteOf(plate, edge, width)
  context.drawImage(sprite, x - spriteMarginPx, -spriteMarginPx, width + 2 * spriteMarginPx, spriteHeightPx)
  return width + 1
}

const spriteMarginPx = 1
const spriteHeightPx = chipHeightPx + 2 * spriteMarginPx
const keptSprites = 2000
const sprites = new Map<string, HTMLCanvasElement>()

/** A plate painted once and kept: there are few different ones, and each frame shows hundreds. */
function spriteOf({ text, fill, ink }: Plate, edge: string, width: number): HTMLCanvasElement {
  const ratio = window.devicePixelRatio
  const key = `${text} ${fill} ${edge} ${ratio}`
  const known = sprites.get(key)
  if (known) return known
  const sprite = document.createElement('canvas')
  sprite.width = Math.ceil((width + 2 * spriteMarginPx) * ratio)
  sprite.height = Math.ceil(spriteHeightPx * ratio)
  const context = sprite.getContext('2d')!
  context.scale(sprite.width / (width + 2 * spriteMarginPx), sprite.height / spriteHeightPx)
  context.translate(spriteMarginPx, spriteMarginPx)
  context.beginPath()
  context.roundRect(0.5, 0.5, width - 1, chipHeightPx - 1, 4)
  context.fillStyle = fill
  context.fill()
  context.strokeStyle = edge
  context.lineWidth = edge === chipEdge ? 1 : 2.5
  context.stroke()
  context.font = chipFont
  context.textBaseline = 'middle'
  context.textAlign = 'center'
  context.fillStyle = ink
  context.fillText(text, width / 2, chipHeightPx / 2 + 0.5)
  if (sprites.size >= keptSprites) sprites.clear()
  sprites.set(key, sprite)
  return sprite
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

/** Forgets what was measured and painted in a stand-in, once the page's own fonts are there. */
export function forgetLetters(): void {
  measured.clear()
  sprites.clear()
}
