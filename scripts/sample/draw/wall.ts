import type { Classroom } from '../classroom.ts'
import { vector } from '../perspective.ts'
import type { Vector } from '../perspective.ts'

export type Wall = 'back' | 'left' | 'right'

/** The corners of a patch of wall between two heights; `from` and `to` run along it in metres. */
export function onWall(room: Classroom, wall: Wall, from: number, to: number, low: number, high: number) {
  const at = (along: number, up: number): Vector =>
    wall === 'back' ? vector(along, room.back, up) : vector(wall === 'left' ? room.left : room.right, along, up)
  return [at(from, low), at(to, low), at(to, high), at(from, high)] as const
}
