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
 * The box an annotator would draw: what shows of a student above the desk, cut at the picture's edge.
 * Of a ducking student only the back shows; a bag hides all but the head of another.
 */
export function studentBox(camera: Camera, skeleton: Skeleton, posture: Posture): Box {
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
  const deskLevel = skeleton.hips.z + 0.27
  if (posture.kind !== 'behind-bag') spheres.push([{ ...skeleton.hips, z: deskLevel }, 0.15])
  const xs: number[] = []
  const ys: number[] = []
  for (const [centre, radius] of spheres) {
    const { xPx, yPx, pxPerMetre } = project(camera, centre)
    xs.push(xPx - radius * pxPerMetre, xPx + radius * pxPerMetre)
    ys.push(yPx - radius * pxPerMetre, yPx + radius * pxPerMetre)
  }
  const inside = (value: number, size: number): number => Math.round(Math.min(size, Math.max(0, value)) * 10) / 10
  return {
    x1: inside(Math.min(...xs), camera.widthPx),
    y1: inside(Math.min(...ys), camera.heightPx),
    x2: inside(Math.max(...xs), camera.widthPx),
    y2: inside(Math.max(...ys), camera.heightPx),
  }
}
