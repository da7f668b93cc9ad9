import { createClassroom, seatsOf } from './classroom.ts'
import type { Classroom, ClassroomPlan, Daylight, Seat } from './classroom.ts'
import { drawPosture, nullClass } from './postures.ts'
import type { BehaviourIndex, Posture } from './postures.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import { poseSkeleton } from './skeleton.ts'
import type { Skeleton } from './skeleton.ts'
import { project } from './perspective.ts'
import { cutAtEdges, studentOutline, visibleShare } from './student-box.ts'
import type { Box } from './student-box.ts'

/** What stands about one photo before anyone sits in it. */
export interface ScenePlan {
  readonly name: string
  readonly room: ClassroomPlan
  readonly roomId: string
  readonly takenAt: string
  readonly daylight: Daylight
  readonly students: number
  /** How common each behaviour is in this lesson, in class order. */
  readonly mix: readonly number[]
}

export interface SceneStudent {
  readonly seat: Seat
  readonly behaviour: BehaviourIndex
  readonly posture: Posture
  readonly skeleton: Skeleton
  readonly box: Box
  /** The share of the student that neither the picture's edge nor someone nearer hides. */
  readonly visible: number
}

export interface Scene {
  readonly plan: ScenePlan
  readonly room: Classroom
  readonly seats: readonly Seat[]
  readonly students: readonly SceneStudent[]
}

/** Seats the students, gives each a behaviour that neighbours share more often than chance, and poses them. */
export function createScene(plan: ScenePlan): Scene {
  const random = createRandom(`scene ${plan.name}`)
  const room = createClassroom(plan.room)
  const seats = seatsOf(room)
  const taken = takeSeats(seats, plan.students, random)
  const behaviours = spreadBehaviours(taken, plan.mix, random)
  const posed = taken.map((seat, index) => {
    const behaviour = behaviours[index]!
    const posture = drawPosture(behaviour, random)
    const skeleton = poseSkeleton(seat.place, posture, random.between(0.93, 1.06))
    return { seat, behaviour, posture, skeleton, outline: studentOutline(room.camera, skeleton, posture) }
  })
  const students: SceneStudent[] = []
  for (const { outline, behaviour, ...student } of posed) {
    const nearer = posed.filter((other) => hides(room, other.seat, student.seat)).map((other) => other.outline)
    const visible = visibleShare(room.camera, outline, nearer)
    if (visible < leftOut) continue
    const seen = visible < ambiguous ? nullClass : behaviour
    students.push({ ...student, behaviour: seen, visible, box: cutAtEdges(room.camera, outline) })
  }
  return { plan, room, seats, students }
}

/** Below these visible shares an annotator would call a student ambiguous, or would not mark one at all. */
const ambiguous = 0.32
const leftOut = 0.1

function hides(room: Classroom, nearer: Seat, farther: Seat): boolean {
  const depth = (seat: Seat): number => project(room.camera, seat.place).depth
  return depth(nearer) < depth(farther) - 0.3
}

/** Seats in reading order, some left empty: more often at the back. */
function takeSeats(seats: readonly Seat[], count: number, random: Random): readonly Seat[] {
  const order = seats.map((seat) => ({ seat, rank: random.next() + seat.row * 0.06 }))
  const kept = new Set(
    order
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, count)
      .map(({ seat }) => seat),
  )
  return seats.filter((seat) => kept.has(seat))
}

/** Shares out the lesson's mix: each behaviour goes rather to a seat whose neighbours already show it. */
function spreadBehaviours(seats: readonly Seat[], mix: readonly number[], random: Random): readonly BehaviourIndex[] {
  const left = mix.map((share) => share * seats.length)
  const drawn: BehaviourIndex[] = []
  for (const seat of seats) {
    const weights = left.map((count, behaviour) => {
      const alike = seats.filter((other, index) => drawn[index] === behaviour && nextTo(seat, other)).length
      return Math.max(0.01, count) * (behaviour === nullClass ? 1 : 1 + 1.2 * alike)
    })
    const behaviour = random.weighted(weights) as BehaviourIndex
    drawn.push(behaviour)
    left[behaviour]! -= 1
  }
  return drawn
}

function nextTo(seat: Seat, other: Seat): boolean {
  return Math.abs(seat.row - other.row) <= 1 && Math.abs(seat.column - other.column) <= 1
}
