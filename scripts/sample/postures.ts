import { deskHeight } from './classroom.ts'
import type { Random } from './random.ts'

/** Indices of the five behaviour classes, in RAFNet's order. */
export const classNames = ['Bowing Head', 'Listening', 'Reading/Writing', 'Null', 'Using Phone'] as const
export type BehaviourIndex = 0 | 1 | 2 | 3 | 4
export const nullClass = 3

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
 * `headYaw` to the picture's right (π looks away from the camera), `headRoll` sideways; `slump` shortens the back.
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

/** A hand's place as [side, forward, up]. */
type Hand = readonly [number, number, number]

interface Recipe {
  /** Lean, twist, slump. */
  readonly body: readonly [number, number, number]
  /** Pitch, yaw, roll. */
  readonly head: readonly [number, number, number]
  readonly left: Hand
  readonly right: Hand
}

const onDesk = deskHeight + 0.035

/** The mean of every posture. The picture's left hand has a negative side. */
const recipes: Readonly<Record<PostureKind, Recipe>> = {
  'asleep-on-arms': {
    body: [0.98, 0, 0.03],
    head: [1.12, 0, 0],
    left: [0.08, 0.7, onDesk],
    right: [-0.08, 0.66, onDesk],
  },
  'cheek-on-desk': {
    body: [0.98, 0.1, 0.05],
    head: [0.55, 0.3, 1.05],
    left: [0.1, 0.68, onDesk],
    right: [0.3, 0.62, onDesk],
  },
  'head-in-hands': {
    body: [0.5, 0, 0.05],
    head: [0.98, 0, 0],
    left: [-0.075, 0.44, 1.06],
    right: [0.075, 0.44, 1.06],
  },
  'hands-folded': {
    body: [0.1, 0, 0],
    head: [-0.1, 0, 0],
    left: [-0.03, 0.4, onDesk],
    right: [0.05, 0.38, onDesk],
  },
  'chin-on-hand': {
    body: [0.26, 0.06, 0.03],
    head: [0, 0, 0.16],
    left: [-0.12, 0.42, onDesk],
    right: [0.075, 0.32, 1.07],
  },
  'leaning-back': {
    body: [-0.12, 0, 0.02],
    head: [-0.05, 0, 0],
    left: [-0.2, 0.3, onDesk],
    right: [0.2, 0.3, onDesk],
  },
  writing: {
    body: [0.42, 0.08, 0.02],
    head: [0.62, -0.05, 0],
    left: [-0.09, 0.44, onDesk],
    right: [0.15, 0.43, onDesk + 0.02],
  },
  'reading-flat': {
    body: [0.34, 0, 0.02],
    head: [0.55, 0, 0],
    left: [-0.21, 0.4, onDesk],
    right: [0.21, 0.4, onDesk],
  },
  'holding-book': {
    body: [0.1, 0, 0.02],
    head: [0.3, 0, 0],
    left: [-0.14, 0.38, 0.9],
    right: [0.14, 0.38, 0.9],
  },
  'turned-away': {
    body: [0.05, 2.5, 0],
    head: [0.1, 2.75, 0],
    left: [-0.24, -0.2, 0.8],
    right: [0.24, -0.22, 0.84],
  },
  'behind-bag': {
    body: [0.3, 0, 0.08],
    head: [0.45, 0.2, 0],
    left: [-0.22, 0.34, onDesk],
    right: [0.22, 0.34, onDesk],
  },
  ducking: {
    body: [0.95, 1.35, 0.12],
    head: [0.9, 1.2, 0],
    left: [0.4, 0.1, 0.35],
    right: [0.5, 0.12, 0.3],
  },
  'phone-on-desk': {
    body: [0.36, 0, 0.03],
    head: [0.58, 0, 0],
    left: [-0.055, 0.42, onDesk + 0.06],
    right: [0.06, 0.42, onDesk + 0.06],
  },
  'phone-raised': {
    body: [0.06, 0, 0.02],
    head: [0.32, 0, 0],
    left: [-0.05, 0.34, 0.95],
    right: [0.055, 0.34, 0.95],
  },
  'phone-low': {
    body: [0.2, 0, 0.04],
    head: [0.62, 0.05, 0],
    left: [-0.1, 0.16, 0.84],
    right: [0.04, 0.24, 0.83],
  },
}

/** A posture of the class: one of its kinds, with everyone's own variation. */
export function drawPosture(behaviour: BehaviourIndex, random: Random): Posture {
  const kinds = kindsOf[behaviour]
  const kind = kinds[random.weighted(kinds.map(([, weight]) => weight))]![0]
  const recipe = recipes[kind]
  const [lean, twist, slump] = recipe.body
  const [pitch, yaw, roll] = recipe.head
  const mirrored = random.next() < 0.4 ? -1 : 1
  const vary = (mean: number, spread: number): number => mean + spread * Math.max(-2, Math.min(2, random.normal()))
  const hand = ([side, forward, up]: Hand): HandPlace => ({
    side: mirrored * vary(side, 0.012),
    forward: vary(forward, 0.015),
    up,
  })
  const first = hand(recipe.left)
  const second = hand(recipe.right)
  return {
    kind,
    lean: vary(lean, 0.05),
    twist: mirrored * vary(twist, 0.05),
    slump: Math.max(0, vary(slump, 0.012)),
    headPitch: vary(pitch, 0.07),
    headYaw: mirrored * vary(yaw, kind === 'leaning-back' ? 0.35 : 0.14),
    headRoll: mirrored * vary(roll, 0.06),
    leftHand: mirrored > 0 ? first : second,
    rightHand: mirrored > 0 ? second : first,
  }
}
