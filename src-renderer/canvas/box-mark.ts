import Konva from 'konva'
import { uprightBox, type Box, type Size } from '#shared/geometry/box.ts'
import type { Viewport } from '#shared/geometry/viewport.ts'
import { paintChip, paintFrame } from './box-paint.ts'
import { sameBoxView, type BoxView } from './box-view.ts'

export interface MarkState {
  readonly selected: boolean
  readonly hovered: boolean
  readonly showLabel: boolean
  /** The chip says the class in full and lies above the others. */
  readonly open: boolean
  /** Other chips leave room for the letter alone. */
  readonly crowded: boolean
  /** 1 right after an undo, falling to 0: where it happened. */
  readonly flash: number
}

/** A box on screen, in view px. */
export interface Frame {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Chips reach this far beyond their box: a box just off screen may still show its chip. */
const reachPx = 40

/**
 * One student's box on the canvas: a frame, and a chip that lies above all frames. It is drawn in view px, so that lines and letters
 * keep their size at any zoom, and listens to nothing.
 */
export class BoxMark {
  readonly frameShape: Konva.Shape
  readonly chipShape: Konva.Shape
  private view: BoxView
  private box: Box
  private state: MarkState = {
    selected: false,
    hovered: false,
    showLabel: true,
    open: false,
    crowded: false,
    flash: 0,
  }
  private frame: Frame = { x: 0, y: 0, width: 0, height: 0 }

  constructor(view: BoxView) {
    this.view = view
    this.box = uprightBox(view.box)
    const passive = { listening: false, perfectDrawEnabled: false }
    this.frameShape = new Konva.Shape({
      ...passive,
      sceneFunc: (context) => paintFrame(context._context, this.frame, this.view, this.state),
    })
    this.chipShape = new Konva.Shape({
      ...passive,
      sceneFunc: (context) => paintChip(context._context, this.frame, this.view, this.state),
    })
  }

  /** The upright box that is drawn, in image px. */
  get drawn(): Box {
    return this.box
  }

  get shown(): BoxView {
    return this.view
  }

  /** Takes a student's new view; answers whether anything is to be drawn anew. */
  show(view: BoxView): boolean {
    if (sameBoxView(view, this.view)) return false
    this.view = view
    this.box = uprightBox(view.box)
    return true
  }

  setState(state: MarkState): void {
    const before = this.state
    this.state = state
    if ((state.selected && !before.selected) || (state.hovered && !before.hovered)) {
      this.frameShape.moveToTop()
      this.chipShape.moveToTop()
    }
  }

  /** Moves the drawn box without a new view: while a hand drags it. */
  drag(box: Box): void {
    this.box = uprightBox(box)
  }

  /** Finds its place on screen. Boxes out of sight are not drawn. */
  place({ scale, offsetX, offsetY }: Viewport, size: Size): void {
    const { x1, y1, x2, y2 } = this.box
    const x = Math.round(x1 * scale + offsetX)
    const y = Math.round(y1 * scale + offsetY)
    const width = Math.round(x2 * scale + offsetX) - x
    const height = Math.round(y2 * scale + offsetY) - y
    this.frame = { x, y, width, height }
    const inSight =
      x <= size.widthPx + reachPx && x + width >= -reachPx && y <= size.heightPx + reachPx && y + height >= -reachPx
    this.frameShape.visible(inSight)
    this.chipShape.visible(inSight && this.state.showLabel)
  }

  destroy(): void {
    this.frameShape.destroy()
    this.chipShape.destroy()
  }
}
