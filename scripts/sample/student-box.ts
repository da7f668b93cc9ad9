import { deskHeight } from './classroom.ts'
import { project } from './perspective.ts'
import type { Camera, Vector } from './perspective.ts'
import type { Posture } from './postures.ts'
import type { Skeleton } from './skeleton.ts'

/** Corners in pixels of the picture, x to the right and y down. */
export interface Box {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

/**
 * The box around what of a student stands out above the desk, whether or not it fits into the picture.
 * A bag on the desk hides all but head and shoulders.
 */
export function studentOutline(camera: Camera, skeleton: Skeleton, posture: Posture): Box {
  const spheres: (readonly [Vector, number])[] = [
    [skeleton.head.centre, skeleton.head.radius * 1.15],
    [skeleton.left.shoulder, 0.085],
    [skeleton.right.shoulder, 0.085],
    [skeleton.chest, 0.16],
  ]
  for (const { elbow, hand } of [skeleton.left, skeleton.right]) {
    if (elbow.z > deskHeight - 0.12) spheres.push([elbow, 0.06])
    if (hand.z > deskHeight - 0.02) spheres.push([hand, 0.05])
  }
  if (posture.kind !== 'behind-bag') spheres.push([{ ...skeleton.hips, z: deskHeight + 0.02 }, 0.15])
  const xs: number[] = []
  const ys: number[] = []
  for (const [centre, radius] of spheres) {
    const { xPx, yPx, pxPerMetre } = project(camera, centre)
    xs.push(xPx - radius * pxPerMetre, xPx + radius * pxPerMetre)
    ys.push(yPx - radius * pxPerMetre, yPx + radius * pxPerMetre)
  }
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) }
}

/** A box cut at the picture's edges, to tenths of a pixel: what an annotator would draw. */
export function cutAtEdges(camera: Camera, box: Box): Box {
  const inside = (value: number, size: number): number => Math.round(Math.min(size, Math.max(0, value)) * 10) / 10
  return {
    x1: inside(box.x1, camera.widthPx),
    y1: inside(box.y1, camera.heightPx),
    x2: inside(box.x2, camera.widthPx),
    y2: inside(box.y2, camera.heightPx),
  }
}

const grid = 16

/** The share of an outline that lies in the picture and under none of the nearer students' outlines, 0 to 1. */
export function visibleShare(camera: Camera, outline: Box, nearer: readonly Box[]): number {
  let seen = 0
  for (let index = 0; index < grid * grid; index++) {
    const x = outline.x1 + ((outline.x2 - outline.x1) * ((index % grid) + 0.5)) / grid
    const y = outline.y1 + ((outline.y2 - outline.y1) * (Math.floor(index / grid) + 0.5)) / grid
    const inPicture = x >= 0 && y >= 0 && x < camera.widthPx && y < camera.heightPx
    const covered = nearer.some((box) => x > box.x1 && x < box.x2 && y > box.y1 && y < box.y2)
    if (inPicture && !covered) seen++
  }
  return seen / (grid * grid)
}
