import { deskHeight } from './classroom.ts'
import type { Random } from './random.ts'

/** Indices of the five behaviour classes, in RAFNet's order. */
export const classNames = ['Bowing Head', 'Listening', 'Reading/Writing', 'Null', 'Using Phone'] as const
export type BehaviourIndex = 0 | 1 | 2 | 3 | 4
export const bowingHead = 0
export const listening = 1
export const readingWriting = 2
export const nullClass = 3
export const usingPhone = 4

export type PostureKind =
  | 'asleep-on-arms'
  | 'cheek-on-desk'
  | 'head-in-hands'
  | 'hands-folded'
  | 'chin-on-hand'
  | 'leaning-back'
  | 'writing'
  | 'reading-flat'
  | 'holding-book'
  | 'turned-away'
  | 'behind-bag'
  | 'ducking'
  | 'phone-on-desk'
  | 'phone-raised'
  | 'phone-low'

/** A hand's place beside the hips: metres to the picture's right, forward to the desk, and up from the floor. */
export interface HandPlace {
  readonly side: number
  readonly forward: number
  readonly up: number
}

/**
 * How one student sits. Angles in radians: `lean` of the back forward, `twist` of the shoulders, `headPitch` down,
 * `headYaw` to the picture's right, `headRoll` sideways; yaw π looks away from the camera.
 */
export interface Posture {
  readonly kind: PostureKind
  readonly lean: number
  readonly twist: number
  readonly slump: number
  readonly headPitch: number
  readonly headYaw: number
  readonly headRoll: number
  readonly leftHand: HandPlace
  readonly rightHand: HandPlace
  /** Shares of the body that something else hides, 0 to 1. */
  readonly hidden: number
}

const kindsOf: Readonly<Record<BehaviourIndex, readonly (readonly [PostureKind, number])[]>> = {
  0: [
    ['asleep-on-arms', 5],
    ['cheek-on-desk', 3],
    ['head-in-hands', 3],
  ],
  1: [
    ['hands-folded', 5],
    ['chin-on-hand', 3],
    ['leaning-back', 3],
  ],
  2: [
    ['writing', 6],
    ['reading-flat', 3],
    ['holding-book', 2],
  ],
  3: [
    ['turned-away', 4],
    ['behind-bag', 3],
    ['ducking', 3],
  ],
  4: [
    ['phone-on-desk', 4],
    ['phone-raised', 4],
    ['phone-low', 2],
  ],
}

type Recipe = Omit<Posture, 'kind' | 'leftHand' | 'rightHand'> & {
  readonly left: readonly [number, number, number]
  readonly right: readonly [number, number, number]
}

const onDesk = deskHeight + 0.035

/** The mean of every posture; hands as [side, forward, up]. The picture's left hand has a negative side. */
const recipes: Readonly<Record<PostureKind, Recipe>> = {
  'asleep-on-arms': {
    ...{ lean: 0.98, twist: 0, slump: 0.03, headPitch: 1.12, headYaw: 0, headRoll: 0, hidden: 0.1 },
    left: [0.08, 0.7, onDesk],
    right: [-0.08, 0.66, onDesk],
  },
  'cheek-on-desk': {
    ...{ lean: 0.98, twist: 0.1, slump: 0.05, headPitch: 0.55, headYaw: 0.3, headRoll: 1.05, hidden: 0.1 },
    left: [0.1, 0.68, onDesk],
    right: [0.3, 0.62, onDesk],
  },
  'head-in-hands': {
    ...{ lean: 0.5, twist: 0, slump: 0.05, headPitch: 0.98, headYaw: 0, headRoll: 0, hidden: 0.05 },
    left: [-0.075, 0.44, 1.06],
    right: [0.075, 0.44, 1.06],
  },
  'hands-folded': {
    ...{ lean: 0.1, twist: 0, slump: 0, headPitch: -0.1, headYaw: 0, headRoll: 0, hidden: 0 },
    left: [-0.03, 0.4, onDesk],
    right: [0.05, 0.38, onDesk],
  },
  'chin-on-hand': {
    ...{ lean: 0.26, twist: 0.06, slump: 0.03, headPitch: 0, headYaw: 0, headRoll: 0.16, hidden: 0 },
    left: [-0.12, 0.42, onDesk],
    right: [0.075, 0.32, 1.07],
  },
  'leaning-back': {
    ...{ lean: -0.12, twist: 0, slump: 0.02, headPitch: -0.05, headYaw: 0, headRoll: 0, hidden: 0 },
    left: [-0.2, 0.3, onDesk],
    right: [0.2, 0.3, onDesk],
  },
  writing: {
    ...{ lean: 0.42, twist: 0.08, slump: 0.02, headPitch: 0.62, headYaw: -0.05, headRoll: 0, hidden: 0 },
    left: [-0.09, 0.44, onDesk],
    right: [0.15, 0.43, onDesk + 0.02],
  },
  'reading-flat': {
    ...{ lean: 0.34, twist: 0, slump: 0.02, headPitch: 0.55, headYaw: 0, headRoll: 0, hidden: 0 },
    left: [-0.21, 0.4, onDesk],
    right: [0.21, 0.4, onDesk],
  },
  'holding-book': {
    ...{ lean: 0.1, twist: 0, slump: 0.02, headPitch: 0.3, headYaw: 0, headRoll: 0, hidden: 0.15 },
    left: [-0.14, 0.38, 0.9],
    right: [0.14, 0.38, 0.9],
  },
  'turned-away': {
    ...{ lean: 0.05, twist: 2.5, slump: 0, headPitch: 0.1, headYaw: 2.75, headRoll: 0, hidden: 0.35 },
    left: [-0.24, -0.2, 0.8],
    right: [0.24, -0.22, 0.84],
  },
  'behind-bag': {
    ...{ lean: 0.3, twist: 0, slump: 0.08, headPitch: 0.45, headYaw: 0.2, headRoll: 0, hidden: 0.7 },
    left: [-0.22, 0.34, onDesk],
    right: [0.22, 0.34, onDesk],
  },
  ducking: {
    ...{ lean: 0.95, twist: 1.35, slump: 0.12, headPitch: 0.9, headYaw: 1.2, headRoll: 0, hidden: 0.75 },
    left: [0.4, 0.1, 0.35],
    right: [0.5, 0.12, 0.3],
  },
  'phone-on-desk': {
    ...{ lean: 0.36, twist: 0, slump: 0.03, headPitch: 0.58, headYaw: 0, headRoll: 0, hidden: 0 },
    left: [-0.055, 0.42, onDesk + 0.06],
    right: [0.06, 0.42, onDesk + 0.06],
  },
  'phone-raised': {
    ...{ lean: 0.06, twist: 0, slump: 0.02, headPitch: 0.32, headYaw: 0, headRoll: 0, hidden: 0 },
    left: [-0.05, 0.34, 0.95],
    right: [0.055, 0.34, 0.95],
  },
  'phone-low': {
    ...{ lean: 0.2, twist: 0, slump: 0.04, headPitch: 0.62, headYaw: 0.05, headRoll: 0, hidden: 0.05 },
    left: [-0.1, 0.16, 0.84],
    right: [0.04, 0.24, 0.83],
  },
}

/** A posture of the class: one of its kinds, with everyone's own variation. */
export function drawPosture(behaviour: BehaviourIndex, random: Random): Posture {
  const kinds = kindsOf[behaviour]
  const kind = kinds[random.weighted(kinds.map(([, weight]) => weight))]![0]
  const recipe = recipes[kind]
  const mirrored = random.next() < 0.4 ? -1 : 1
  const vary = (mean: number, spread: number): number => mean + spread * Math.max(-2, Math.min(2, random.normal()))
  const hand = ([side, forward, up]: readonly [number, number, number]): HandPlace => ({
    side: mirrored * vary(side, 0.012),
    forward: vary(forward, 0.015),
    up,
  })
  const first = hand(recipe.left)
  const second = hand(recipe.right)
  return {
    kind,
    lean: vary(recipe.lean, 0.05),
    twist: mirrored * vary(recipe.twist, 0.05),
    slump: Math.max(0, vary(recipe.slump, 0.012)),
    headPitch: vary(recipe.headPitch, 0.07),
    headYaw: mirrored * vary(recipe.headYaw, kind === 'leaning-back' ? 0.35 : 0.14),
    headRoll: mirrored * vary(recipe.headRoll, 0.06),
    leftHand: mirrored > 0 ? first : second,
    rightHand: mirrored > 0 ? second : first,
    hidden: recipe.hidden,
  }
}
