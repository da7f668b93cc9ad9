import Konva from 'konva'
import type { Box, Size } from '#shared/geometry/box.ts'
import { toView, type Viewport } from '#shared/geometry/viewport.ts'
import { BoxMark } from './box-mark.ts'
import { chipHeightPx, chipWidths, forgetLetters } from './box-paint.ts'
import type { BoxView } from './box-view.ts'
import { crowdedChips } from './crowding.ts'
import type { Hand } from './hand.ts'
import { levelFor, type Photo } from './photo-shelf.ts'
import { paintLinks, paintSketch, type Link } from './sketch-paint.ts'

export interface StageLook {
  readonly selected: readonly number[]
  readonly hovered: number | null
  readonly showBoxes: boolean
  readonly showLabels: boolean
  /** The box that shows its eight handles. */
  readonly handled: number | null
}

const flashMs = 900

/** The layers of one pane. It draws what it is told, listens to nothing, and keeps lines and letters at their size on screen. */
export class SceneStage {
  private readonly stage: Konva.Stage
  private readonly photoLayer = new Konva.Layer({ listening: false })
  private readonly boxLayer = new Konva.Layer({ listening: false })
  private readonly frames = new Konva.Group({ listening: false })
  private readonly chips = new Konva.Group({ listening: false })
  private readonly marks = new Map<number, BoxMark>()
  private photo: Photo = { state: 'loading', levels: [] }
  private photoSize: Size = { widthPx: 1, heightPx: 1 }
  private groundColour = '#dddddd'
  private size: Size = { widthPx: 0, heightPx: 0 }
  private viewport: Viewport = { scale: 1, offsetX: 0, offsetY: 0 }
  private shown: StageLook = { selected: [], hovered: null, showBoxes: true, showLabels: true, handled: null }
  private hand: Hand = { kind: 'resting' }
  private crowded: ReadonlySet<BoxMark> = new Set()
  private links: readonly Link[] = []
  private flashed: { readonly ids: readonly number[]; readonly since: number } | null = null

  constructor(host: HTMLDivElement) {
    this.stage = new Konva.Stage({ container: host, width: 1, height: 1, listening: false })
    const shape = (paint: (context: CanvasRenderingContext2D) => void) =>
      new Konva.Shape({ listening: false, perfectDrawEnabled: false, sceneFunc: (context) => paint(context._context) })
    this.photoLayer.add(shape((context) => this.paintPhoto(context)))
    const sketches = shape((context) => {
      paintLinks(context, this.links, this.viewport)
      paintSketch(context, this.hand, this.handles(), this.viewport)
    })
    this.boxLayer.add(this.frames, this.chips, sketches)
    this.stage.add(this.photoLayer, this.boxLayer)
  }

  resize(size: Size): void {
    this.size = size
    for (const layer of [this.photoLayer, this.boxLayer]) layer.getCanvas().setPixelRatio(window.devicePixelRatio)
    this.stage.size({ width: Math.max(1, size.widthPx), height: Math.max(1, size.heightPx) })
    this.placeAll()
  }

  /** `groundColour` fills the place of a photo that is not there. */
  setPhoto(photo: Photo, photoSize: Size, groundColour: string): void {
    this.photo = photo
    this.photoSize = photoSize
    this.groundColour = groundColour
    this.photoLayer.batchDraw()
  }

  look(viewport: Viewport): void {
    const zoomed = viewport.scale !== this.viewport.scale
    this.viewport = viewport
    if (zoomed) this.refresh()
    else this.placeAll()
    this.photoLayer.batchDraw()
  }

  setBoxes(views: readonly BoxView[]): void {
    const wanted = new Set(views.map((view) => view.id))
    for (const [id, mark] of this.marks) {
      if (wanted.has(id)) continue
      mark.destroy()
      this.marks.delete(id)
    }
    for (const view of views) {
      const mark = this.marks.get(view.id)
      if (mark) mark.show(view)
      else this.addMark(view)
    }
    this.refresh()
  }

  setLook(look: StageLook): void {
    this.shown = look
    this.refresh()
  }

  setHand(hand: Hand): void {
    const dragged = hand.kind === 'moving-box' || hand.kind === 'resizing-box' ? hand : null
    this.hand = hand
    const mark = dragged && this.marks.get(dragged.studentId)
    if (mark) {
      mark.drag(dragged.box)
      mark.place(this.viewport, this.size)
    }
    this.boxLayer.batchDraw()
  }

  /** Puts a box that was let go without effect back where its view says. */
  restore(view: BoxView): void {
    const mark = this.marks.get(view.id)
    mark?.drag(view.box)
    mark?.place(this.viewport, this.size)
    this.boxLayer.batchDraw()
  }

  setLinks(links: readonly Link[]): void {
    this.links = links
    this.boxLayer.batchDraw()
  }

  /** The page's fonts have come: everything is measured and painted with them. */
  renewLetters(): void {
    forgetLetters()
    this.refresh()
  }

  /** Shows for a moment where an undone step happened. */
  flash(ids: readonly number[]): void {
    this.flashed = { ids, since: performance.now() }
    const step = () => {
      if (this.flashed && performance.now() - this.flashed.since > flashMs) this.flashed = null
      this.refresh()
      if (this.flashed) requestAnimationFrame(step)
    }
    step()
  }

  destroy(): void {
    this.flashed = null
    this.stage.destroy()
  }

  private addMark(view: BoxView): void {
    const mark = new BoxMark(view)
    this.marks.set(view.id, mark)
    this.frames.add(mark.frameShape)
    this.chips.add(mark.chipShape)
  }

  private refresh(): void {
    const { selected, hovered, showBoxes, showLabels } = this.shown
    const chosen = new Set(selected)
    this.findRoom()
    const flash = this.flashed ? Math.max(0, 1 - (performance.now() - this.flashed.since) / flashMs) : 0
    this.frames.visible(showBoxes)
    this.chips.visible(showBoxes)
    for (const [id, mark] of this.marks) {
      mark.setState({
        selected: chosen.has(id),
        hovered: id === hovered,
        showLabel: showLabels || chosen.has(id) || id === hovered,
        open: id === hovered || (chosen.has(id) && chosen.size === 1),
        crowded: this.crowded.has(mark),
        flash: this.flashed?.ids.includes(id) ? flash : 0,
      })
      mark.place(this.viewport, this.size)
    }
    this.boxLayer.batchDraw()
  }

  /** Who has room for words depends on the boxes and the scale alone: a pan changes nothing. */
  private findRoom(): void {
    const context = this.boxLayer.getContext()._context
    const { scale } = this.viewport
    const marks = [...this.marks.values()]
    const chips = marks.map((mark) => {
      const { x1, y1, x2, y2 } = mark.drawn
      const weight = (x2 - x1) * (y2 - y1) * (mark.shown.rival === null ? 1 : 1e6)
      return { x: x1 * scale, y: y1 * scale, weight, ...chipWidths(context, mark.shown) }
    })
    const crowded = crowdedChips(chips, chipHeightPx)
    this.crowded = new Set(marks.filter((_, at) => crowded.has(at)))
  }

  private placeAll(): void {
    for (const mark of this.marks.values()) mark.place(this.viewport, this.size)
    this.stage.batchDraw()
  }

  private handles(): Box | null {
    const { handled, showBoxes } = this.shown
    return handled !== null && showBoxes ? (this.marks.get(handled)?.drawn ?? null) : null
  }

  private paintPhoto(context: CanvasRenderingContext2D): void {
    const { x, y } = toView(this.viewport, { x: 0, y: 0 })
    const width = this.photoSize.widthPx * this.viewport.scale
    const height = this.photoSize.heightPx * this.viewport.scale
    const level = levelFor(this.photo.levels, width * window.devicePixelRatio)
    if (!level) {
      context.fillStyle = this.groundColour
      context.fillRect(x, y, width, height)
      return
    }
    context.imageSmoothingQuality = 'medium'
    context.imageSmoothingEnabled = this.viewport.scale < 4
    context.drawImage(level.source, x, y, width, height)
  }
}
