import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import type { Canvas } from '@napi-rs/canvas'
import { AppError } from '#shared/contract/app-error.ts'
import { encodeJpeg, loadCanvas } from './canvas.ts'
import type { UprightPhoto } from './decode-photo.ts'
import { drawMarks } from './draw-marks.ts'
import type { Mark } from './draw-marks.ts'
import { hiddenRegion, pixelate } from './pixelate.ts'

/** A rectangle in px of the upright photo. */
export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const quality = { thumbnail: 82, crop: 90, annotated: 90, transcoded: 92 } as const
/** Shown where a crop reaches beyond the photo. */
const outsideColour = '#808080'

/** Writes an upright JPEG; a reader never sees a half-written one. */
export async function writeThumbnail(photo: UprightPhoto, out: string, longerSidePx: number): Promise<void> {
  const canvas = await scaled(photo, wholeOf(photo), longerSidePx)
  const bytes = await encodeJpeg(canvas, quality.thumbnail)
  const temporary = `${out}.${randomUUID()}.part`
  try {
    await writeFile(temporary, bytes)
    await rename(temporary, out)
  } catch (error) {
    await rm(temporary, { force: true })
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'photo.thumbnail-not-written',
      `The thumbnail ${out} could not be written: ${reason}. Check that the project's folder is writable and the disk has room.`,
      { file: out, reason },
      { cause: error },
    )
  }
}

export async function cropPhoto(photo: UprightPhoto, region: Region, longerSidePx: number): Promise<Uint8Array> {
  return encodeJpeg(await scaled(photo, region, longerSidePx), quality.crop)
}

export async function transcodePhoto(photo: UprightPhoto): Promise<Uint8Array> {
  return encodeJpeg(await scaled(photo, wholeOf(photo), Infinity), quality.transcoded)
}

export interface AnnotateOptions {
  /** Boxes in px of the upright photo. */
  readonly marks: readonly Mark[]
  readonly pixelate: boolean
  readonly longerSidePx: number
}

/** The whole photo with boxes. All faces are hidden first, so that no box's drawing is hidden by a neighbour's mosaic. */
export async function annotatePhoto(photo: UprightPhoto, options: AnnotateOptions): Promise<Uint8Array> {
  const canvas = await scaled(photo, wholeOf(photo), options.longerSidePx)
  const context = canvas.getContext('2d')
  const [scaleX, scaleY] = [canvas.width / photo.widthPx, canvas.height / photo.heightPx]
  const marks = options.marks.map((mark) => ({
    ...mark,
    box: { x1: mark.box.x1 * scaleX, y1: mark.box.y1 * scaleY, x2: mark.box.x2 * scaleX, y2: mark.box.y2 * scaleY },
  }))
  if (options.pixelate) {
    const picture = context.getImageData(0, 0, canvas.width, canvas.height)
    for (const { box } of marks) {
      const region = hiddenRegion(box, canvas.width, canvas.height)
      if (region) pixelate(picture, region)
    }
    context.putImageData(picture, 0, 0)
  }
  drawMarks(context, marks)
  return encodeJpeg(canvas, quality.annotated)
}

const wholeOf = ({ widthPx, heightPx }: UprightPhoto): Region => ({ x: 0, y: 0, width: widthPx, height: heightPx })

/** A region on a canvas whose longer side is at most `longerSidePx`; never enlarged. */
async function scaled(photo: UprightPhoto, region: Region, longerSidePx: number): Promise<Canvas> {
  const { createCanvas } = await loadCanvas()
  const scale = Math.min(1, longerSidePx / Math.max(region.width, region.height))
  const width = Math.max(1, Math.round(region.width * scale))
  const height = Math.max(1, Math.round(region.height * scale))
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.fillStyle = outsideColour
  context.fillRect(0, 0, width, height)
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  const [scaleX, scaleY] = [width / region.width, height / region.height]
  const inside = intersection(region, photo)
  if (inside) {
    context.drawImage(
      photo.pixels,
      inside.x,
      inside.y,
      inside.width,
      inside.height,
      (inside.x - region.x) * scaleX,
      (inside.y - region.y) * scaleY,
      inside.width * scaleX,
      inside.height * scaleY,
    )
  }
  return canvas
}

function intersection(region: Region, photo: UprightPhoto): Region | null {
  const x = Math.max(0, region.x)
  const y = Math.max(0, region.y)
  const width = Math.min(photo.widthPx, region.x + region.width) - x
  const height = Math.min(photo.heightPx, region.y + region.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : null
}
