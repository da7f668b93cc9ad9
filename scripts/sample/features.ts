import type { Daylight } from './classroom.ts'
import { classNames } from './postures.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import type { Scene, SceneStudent } from './scene.ts'

/** The width of both made-up modalities. */
export const featureWidth = 48

/** The two vectors of one student, named as RAFNet names its modalities. */
export interface StudentFeatures {
  readonly grouprec: Float32Array
  readonly convnext: Float32Array
}

/** How far the made-up "networks" see badly: standard deviations of what is added to each of the 48 numbers. */
const noise = { convnext: 0.8, grouprec: 0.8, cue: 0.5, scene: 0.45, person: 0.5 } as const

const neighbours = 6

/**
 * Feature vectors for every student of a scene, in its order. No network made them: they are a fixed random mixture of
 * how the student was posed, of what lies in the hands, of the light and the person's look, plus noise; `grouprec`
 * mixes in what the six nearest classmates do. The seed is the scene's name.
 */
export function sceneFeatures(scene: Scene): readonly StudentFeatures[] {
  const random = createRandom(`features ${scene.plan.name}`)
  const mood = normals(random, 6)
  const cues = scene.students.map((student) => appearanceCues(student, random))
  return scene.students.map((_, index) => {
    const near = nearest(scene.students, index)
    const person = normals(random, 8)
    const shared = [...mood, ...daylightCues(scene.plan.daylight)].map((value) => value * noise.scene)
    const appearance = [...cues[index]!, ...shared, ...person.map((value) => value * noise.person)]
    const relation = [
      ...relationCues(
        near,
        cues[index]!,
        near.map((at) => cues[at]!),
        scene,
      ),
      ...shared,
    ]
    return {
      convnext: mixture('convnext', appearance, noise.convnext, random),
      grouprec: mixture('grouprec', relation, noise.grouprec, random),
    }
  })
}

/** What a camera could tell of one student: posture angles and things in view, each blurred by its own noise. */
function appearanceCues({ posture, visible, box }: SceneStudent, random: Random): readonly number[] {
  const small = Math.min(1.6, 70 / Math.max(20, box.y2 - box.y1))
  const blur = (value: number): number => value + noise.cue * (0.6 + 0.6 * small) * random.normal()
  const shows = (thing: boolean): number => blur(thing ? 1.5 * Math.sqrt(visible) : 0)
  const { kind } = posture
  const hand = (posture.leftHand.up + posture.rightHand.up) / 2
  return [
    blur(2.2 * (posture.lean - 0.35)),
    blur(1.9 * (posture.headPitch - 0.45)),
    blur(Math.cos(posture.headYaw)),
    blur(2 * (hand - 0.82)),
    blur(6 * (Math.abs(posture.leftHand.side - posture.rightHand.side) - 0.2)),
    blur(2.4 * (0.75 - visible)),
    shows(kind === 'writing' || kind === 'reading-flat' || kind === 'holding-book'),
    shows(kind.startsWith('phone')),
    shows(kind === 'behind-bag' || kind === 'ducking' || kind === 'turned-away'),
    blur(1.6 * Math.cos(posture.headPitch) * Math.cos(posture.headYaw) - 0.8),
    blur(Math.log(Math.max(8, box.y2 - box.y1) / 120)),
  ]
}

/** What a relation network could tell: the neighbours' behaviours, how they sit, and a weaker view of the student. */
function relationCues(
  near: readonly number[],
  own: readonly number[],
  theirs: readonly (readonly number[])[],
  scene: Scene,
): readonly number[] {
  const shares = classNames.map((_, behaviour) => {
    const alike = near.filter((index) => scene.students[index]!.behaviour === behaviour).length
    return (2.4 * alike) / Math.max(1, near.length) - 0.5
  })
  const mean = own.map((_, cue) => theirs.reduce((sum, cues) => sum + cues[cue]!, 0) / Math.max(1, theirs.length))
  const alone = own.slice(0, 8).map((cue) => 0.8 * cue)
  return [...shares, ...mean.slice(0, 6), ...alone]
}

/** The six students nearest in the picture, by the middle of their boxes. */
function nearest(students: readonly SceneStudent[], index: number): readonly number[] {
  const middle = ({ box }: SceneStudent) => [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2] as const
  const [x, y] = middle(students[index]!)
  return students
    .map((student, other) => ({ other, distance: Math.hypot(middle(student)[0] - x, middle(student)[1] - y) }))
    .filter(({ other }) => other !== index)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, neighbours)
    .map(({ other }) => other)
}

const daylightCues = (daylight: Daylight): readonly number[] =>
  (['morning', 'noon', 'afternoon', 'evening'] as const).map((one) => (one === daylight ? 1.2 : 0))

/** A fixed random matrix per modality (its seed is the modality's name) times the cues, plus noise. */
function mixture(modality: string, cues: readonly number[], spread: number, random: Random): Float32Array {
  const weights = createRandom(`mixture ${modality}`)
  const vector = new Float32Array(featureWidth)
  for (let column = 0; column < featureWidth; column++) {
    let sum = 0
    for (const cue of cues) sum += cue * weights.normal()
    vector[column] = sum / Math.sqrt(6) + spread * random.normal()
  }
  return vector
}

const normals = (random: Random, count: number): readonly number[] =>
  Array.from({ length: count }, () => random.normal())
