import { randomPlan } from '../classroom.ts'
import type { Daylight } from '../classroom.ts'
import { featureWidth, sceneFeatures } from '../features.ts'
import { classNames } from '../postures.ts'
import { createRandom } from '../random.ts'
import type { Random } from '../random.ts'
import { createScene } from '../scene.ts'
import type { Scene } from '../scene.ts'
import type { HeadShape } from './heads.ts'
import type { Matrix } from './tape.ts'
import { matrix } from './tape.ts'
import type { LabelledRows } from './train-head.ts'

/** The head that sees neighbours: RAFNet's C+Spatial at a small size. */
export const spatialShape: HeadShape = {
  modalities: ['grouprec', 'convnext'],
  inputWidth: featureWidth,
  hidden: 32,
  gateHidden: 16,
  classes: classNames.length,
  graphK: 6,
  graphAlpha: 0.5,
  dropout: 0.3,
  gateDropout: 0.1,
}

/** The head that sees one student's appearance alone. */
export const appearanceShape: HeadShape = { ...spatialShape, modalities: ['convnext'], graphK: 0, dropout: 0.5 }

/** Scenes for training: rooms, lessons and seeds that the sample's own photos have nothing of. */
export function trainingScenes(count: number): readonly Scene[] {
  const random = createRandom('training scenes')
  return Array.from({ length: count }, (_, index) =>
    createScene({
      name: `training ${index}`,
      room: randomPlan(random),
      roomId: `training-${index}`,
      takenAt: '2025-01-01T00:00:00',
      daylight: random.pick<Daylight>(['morning', 'noon', 'afternoon', 'evening']),
      students: 26 + Math.floor(random.next() * 8),
      mix: lessonMix(random),
    }),
  )
}

/** Some lesson: no behaviour missing, none ever the same share. */
function lessonMix(random: Random): readonly number[] {
  const shares = [0.22, 0.26, 0.3, 0.07, 0.15].map((mean) => mean * Math.exp(0.6 * random.normal()))
  const sum = shares.reduce((total, share) => total + share, 0)
  return shares.map((share) => share / sum)
}

/** A scene's students as rows for a head. */
export function rowsOf(scene: Scene, photo = 0): LabelledRows {
  const features = sceneFeatures(scene)
  const { widthPx, heightPx } = scene.room.camera
  const centres = scene.students.flatMap(({ box }) => [
    (box.x1 + box.x2) / 2 / widthPx,
    (box.y1 + box.y2) / 2 / heightPx,
  ])
  const stack = (vectors: readonly Float32Array[]): Matrix =>
    matrix(vectors.length, featureWidth, Float64Array.from(vectors.flatMap((vector) => [...vector])))
  return {
    features: {
      grouprec: stack(features.map(({ grouprec }) => grouprec)),
      convnext: stack(features.map(({ convnext }) => convnext)),
    },
    centres: matrix(scene.students.length, 2, Float64Array.from(centres)),
    photos: scene.students.map(() => photo),
    labels: scene.students.map(({ behaviour }) => behaviour),
  }
}

/** Shuffles scenes into batches of a few whole scenes. */
export function shuffledBatches(
  scenes: readonly LabelledRows[],
  size: number,
  random: Random,
): readonly LabelledRows[] {
  const order = scenes.map((rows) => ({ rows, rank: random.next() })).toSorted((a, b) => a.rank - b.rank)
  const batches: LabelledRows[] = []
  for (let start = 0; start < order.length; start += size) {
    batches.push(joinRows(order.slice(start, start + size).map(({ rows }) => rows)))
  }
  return batches
}

function joinRows(parts: readonly LabelledRows[]): LabelledRows {
  const stack = (pick: (rows: LabelledRows) => Matrix): Matrix => {
    const matrices = parts.map(pick)
    const data = Float64Array.from(matrices.flatMap((one) => [...one.data]))
    return matrix(
      matrices.reduce((sum, one) => sum + one.rows, 0),
      matrices[0]!.columns,
      data,
    )
  }
  return {
    features: {
      grouprec: stack((rows) => rows.features['grouprec']!),
      convnext: stack((rows) => rows.features['convnext']!),
    },
    centres: stack((rows) => rows.centres),
    photos: parts.flatMap((rows, index) => rows.photos.map(() => index)),
    labels: parts.flatMap((rows) => rows.labels),
  }
}

/** RAFNet's `log_balanced` weights: 1 / ln(n + 1), scaled to sum to their count, then Null times a factor. */
export function logBalancedWeights(labels: readonly number[], nullFactor: number): readonly number[] {
  const raw = classNames.map((_, index) => 1 / Math.log(labels.filter((label) => label === index).length + 1))
  const sum = raw.reduce((total, weight) => total + weight, 0)
  return raw.map((weight, index) => ((weight * raw.length) / sum) * (classNames[index] === 'Null' ? nullFactor : 1))
}
