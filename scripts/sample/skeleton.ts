import { deskHeight, deskNear } from './classroom.ts'
import { add, cross, dot, length, mix, normalise, scale, subtract, vector } from './perspective.ts'
import type { Vector } from './perspective.ts'
import type { HandPlace, Posture } from './postures.ts'

/** Three perpendicular directions of a head: where the face looks, its crown, and the picture's right of the face. */
export interface HeadFrame {
  readonly centre: Vector
  readonly radius: number
  readonly forward: Vector
  readonly up: Vector
  readonly side: Vector
}

export interface Arm {
  readonly shoulder: Vector
  readonly elbow: Vector
  readonly hand: Vector
}

/** A seated student in the room, in metres. Left and right are the picture's. */
export interface Skeleton {
  readonly hips: Vector
  readonly chest: Vector
  readonly neck: Vector
  readonly facing: Vector
  readonly head: HeadFrame
  readonly left: Arm
  readonly right: Arm
  readonly stature: number
}

const up = vector(0, 0, 1)
const upperArm = 0.28
const lowerArm = 0.27
const shoulderHalf = 0.185

/** Places a posture on a seat. `stature` scales the body (1 is 1.68 m tall). */
export function poseSkeleton(place: Vector, posture: Posture, stature: number): Skeleton {
  const facing = vector(Math.sin(posture.twist), -Math.cos(posture.twist), 0)
  const across = vector(Math.cos(posture.twist), Math.sin(posture.twist), 0)
  const hips = add(place, vector(0, 0, 0.49))
  const spine = add(scale(facing, Math.sin(posture.lean)), scale(up, Math.cos(posture.lean)))
  const along = (share: number): Vector => add(hips, scale(spine, share * stature * (1 - posture.slump)))
  const shoulders = along(0.5)
  const neck = along(0.6)
  const head = poseHead(neck, posture, stature)
  const arm = (sign: number, hand: HandPlace): Arm => {
    const shoulder = add(shoulders, scale(across, sign * shoulderHalf * stature))
    const wanted = add(place, vector(hand.side, -hand.forward, hand.up))
    const aside = scale(across, sign)
    const hint = posture.lean > 0.8 ? add(aside, vector(0, -0.5, -0.1)) : add(aside, vector(0, 0.1, -0.8))
    return overDesk(place, bendArm(shoulder, wanted, hint, stature))
  }
  return {
    hips,
    chest: along(0.34),
    neck,
    facing,
    head,
    left: arm(-1, posture.leftHand),
    right: arm(1, posture.rightHand),
    stature,
  }
}

function poseHead(neck: Vector, posture: Posture, stature: number): HeadFrame {
  const level = vector(Math.sin(posture.headYaw), -Math.cos(posture.headYaw), 0)
  const forward = add(scale(level, Math.cos(posture.headPitch)), scale(up, -Math.sin(posture.headPitch)))
  const crown = add(scale(level, Math.sin(posture.headPitch)), scale(up, Math.cos(posture.headPitch)))
  const sideways = cross(crown, forward)
  const tilted = normalise(add(scale(crown, Math.cos(posture.headRoll)), scale(sideways, Math.sin(posture.headRoll))))
  const radius = 0.122 * (0.75 + 0.25 * stature)
  return { centre: add(neck, scale(tilted, radius * 1.05)), radius, forward, up: tilted, side: cross(tilted, forward) }
}

/** An elbow over the desk rests on it. */
function overDesk(place: Vector, arm: Arm): Arm {
  const over = place.y - arm.elbow.y > deskNear && arm.hand.z > deskHeight
  return over ? { ...arm, elbow: { ...arm.elbow, z: Math.max(arm.elbow.z, deskHeight + 0.05) } } : arm
}

/** Two-bone inverse kinematics: the elbow bends towards `hint`; a hand out of reach is pulled to arm's length. */
function bendArm(shoulder: Vector, wanted: Vector, hint: Vector, stature: number): Arm {
  const upper = upperArm * stature
  const lower = lowerArm * stature
  const reach = subtract(wanted, shoulder)
  const distance = Math.min(length(reach), (upper + lower) * 0.995)
  const direction = normalise(reach)
  const hand = add(shoulder, scale(direction, distance))
  const along = (upper * upper - lower * lower + distance * distance) / (2 * distance)
  const aside = Math.sqrt(Math.max(0, upper * upper - along * along))
  const bend = normalise(subtract(hint, scale(direction, dot(hint, direction))))
  return { shoulder, elbow: add(add(shoulder, scale(direction, along)), scale(bend, aside)), hand }
}

/** Where the front of a body lies: `share` of the way from hips to neck, `side` metres to the picture's right. */
export function onFront(skeleton: Skeleton, share: number, side: number): Vector {
  const spine = normalise(subtract(skeleton.neck, skeleton.hips))
  const across = normalise(subtract(skeleton.right.shoulder, skeleton.left.shoulder))
  const outward = cross(across, spine)
  const surface = scale(outward, 0.12)
  return add(add(mix(skeleton.hips, skeleton.neck, share), scale(across, side)), surface)
}
