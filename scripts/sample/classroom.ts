import { createCamera, vector } from './perspective.ts'
import type { Camera, Vector } from './perspective.ts'
import type { Random } from './random.ts'

/** The picture's size; the same as RAFNet's own scenes. */
export const imageWidthPx = 1280
export const imageHeightPx = 720

export const deskHeight = 0.74
/** How far in front of a student's hips the near (student's) and far edges of the desk top lie, in metres. */
export const deskNear = 0.2
export const deskFar = 0.64

export type Daylight = 'morning' | 'noon' | 'afternoon' | 'evening'

/** How a room is furnished: rows of desks, each a list of groups of seats with aisles between. */
export interface Layout {
  readonly rows: number
  readonly groups: readonly number[]
  readonly seatPitch: number
  readonly aisle: number
  readonly rowPitch: number
  /** Lecture halls have closed benches, school rooms have open desks and chairs. */
  readonly style: 'desks' | 'benches'
}

export interface Classroom {
  readonly layout: Layout
  readonly camera: Camera
  readonly left: number
  readonly right: number
  readonly front: number
  readonly back: number
  readonly ceiling: number
  readonly windows: 'left' | 'right'
}

export interface Seat {
  readonly row: number
  readonly column: number
  readonly group: number
  /** On the floor under the hips of who sits here. */
  readonly place: Vector
}

export interface ClassroomPlan {
  readonly layout: Layout
  readonly windows: 'left' | 'right'
  /** Where the camera hangs: −1 is the left corner, 0 above the middle of the board, 1 the right corner. */
  readonly cameraSide: number
  readonly cameraHeight: number
  readonly focalPx: number
  /** Metres from the camera to the hips of the first row. */
  readonly firstRow: number
  readonly pitchTarget: number
}

/** A room around its seats, seen by a camera above the blackboard that looks at the class. */
export function createClassroom(plan: ClassroomPlan): Classroom {
  const { layout } = plan
  const half = rowWidth(layout) / 2 + 0.85
  const depth = (layout.rows - 1) * layout.rowPitch
  const position = vector(plan.cameraSide * (half - 0.35), -plan.firstRow, plan.cameraHeight)
  const target = vector(-plan.cameraSide * half * 0.12, plan.pitchTarget, 0.75)
  return {
    layout,
    camera: createCamera(position, target, plan.focalPx, imageWidthPx, imageHeightPx),
    left: -half,
    right: half,
    front: -plan.firstRow - 0.5,
    back: depth + 1.35,
    ceiling: 3.35,
    windows: plan.windows,
  }
}

/** Every seat of a room, front row first and from the left of the picture. */
export function seatsOf(room: Classroom): readonly Seat[] {
  const { layout } = room
  const seats: Seat[] = []
  for (let row = 0; row < layout.rows; row++) {
    let column = 0
    let x = -rowWidth(layout) / 2
    for (const [group, size] of layout.groups.entries()) {
      for (let index = 0; index < size; index++) {
        const place = vector(x + layout.seatPitch * (index + 0.5), row * layout.rowPitch, 0)
        seats.push({ row, column: column++, group, place })
      }
      x += size * layout.seatPitch + layout.aisle
    }
  }
  return seats
}

function rowWidth(layout: Layout): number {
  const seats = layout.groups.reduce((sum, size) => sum + size, 0)
  return seats * layout.seatPitch + (layout.groups.length - 1) * layout.aisle
}

/** The room of a training scene: any layout, any corner, so that the heads never see the sample's own rooms. */
export function randomPlan(random: Random): ClassroomPlan {
  const groups = random.pick([
    [2, 2, 2],
    [1, 1, 1, 1, 1, 1],
    [4, 4],
    [2, 3, 2],
    [3, 3],
    [2, 2, 2, 2],
  ])
  const bench = groups.some((size) => size > 3)
  return {
    layout: {
      rows: groups.length > 5 ? 5 : 6,
      groups,
      seatPitch: random.between(0.66, 0.74),
      aisle: random.between(0.5, 0.7),
      rowPitch: random.between(1.15, 1.35),
      style: bench ? 'benches' : 'desks',
    },
    windows: random.pick(['left', 'right'] as const),
    cameraSide: random.between(-1, 1),
    cameraHeight: random.between(2.7, 3.1),
    focalPx: random.between(760, 900),
    firstRow: random.between(2.3, 2.9),
    pitchTarget: random.between(1.6, 2.2),
  }
}
