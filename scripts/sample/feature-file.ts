import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import { imageHeightPx, imageWidthPx } from './classroom.ts'
import { featureWidth, sceneFeatures } from './features.ts'
import type { Scene, SceneStudent } from './scene.ts'

const note =
  'Synthetic: drawn scenes and made-up vectors (posture, objects, neighbours and noise, mixed at random). No network and no photo is behind them.'

/** The photo's path as RAFNet's files write it. */
export const photoPath = (scene: Scene): string => `images/${scene.plan.name}.jpg`

/** The sample's scenes as a feature pickle of RAFNet's form with the context inside (arrays, [students, 48] float32). */
export function featurePickle(scenes: readonly Scene[]): Uint8Array {
  const vectors = scenes.flatMap(sceneFeatures)
  const rows = scenes.flatMap((scene) => scene.students.map((student, index) => ({ scene, student, index })))
  const stack = (pick: (vector: (typeof vectors)[number]) => Float32Array): NdArray =>
    NdArray.of('float32', Float32Array.from(vectors.flatMap((one) => [...pick(one)])), [rows.length, featureWidth])
  const labels = BigInt64Array.from(rows.map(({ student }) => BigInt(student.behaviour)))
  const metadata = dictionary({
    img_paths: rows.map(({ scene }) => photoPath(scene)),
    bbox_ids: rows.map(({ scene, index }) => `${scene.plan.name}_${index}`),
    modalities: ['grouprec', 'convnext'],
    modal_feature_dims: dictionary({ grouprec: featureWidth, convnext: featureWidth }),
    n_samples: rows.length,
    synthetic: true,
    note,
  })
  return writePickle(
    dictionary({
      grouprec: stack(({ grouprec }) => grouprec),
      convnext: stack(({ convnext }) => convnext),
      labels: NdArray.of('int64', labels),
      metadata,
      context: context(rows),
    }),
  )
}

interface Row {
  readonly scene: Scene
  readonly student: SceneStudent
  readonly index: number
}

function context(rows: readonly Row[]): PickleValue {
  const corners = rows.flatMap(({ student: { box } }) => [box.x1, box.y1, box.x2, box.y2])
  const centred = rows.flatMap(({ student: { box } }) => [
    (box.x1 + box.x2) / 2 / imageWidthPx,
    (box.y1 + box.y2) / 2 / imageHeightPx,
    (box.x2 - box.x1) / imageWidthPx,
    (box.y2 - box.y1) / imageHeightPx,
  ])
  const sizes = Int32Array.from(rows.flatMap(() => [imageHeightPx, imageWidthPx]))
  return dictionary({
    bbox_xyxy_abs: NdArray.of('float32', Float32Array.from(corners), [rows.length, 4]),
    bbox_cxcywh_norm: NdArray.of('float32', Float32Array.from(centred), [rows.length, 4]),
    image_hw: NdArray.of('int32', sizes, [rows.length, 2]),
    person_idx: NdArray.of('int32', Int32Array.from(rows.map(({ index }) => index))),
    room_id: rows.map(({ scene }) => scene.plan.roomId),
    datetime_iso: rows.map(({ scene }) => scene.plan.takenAt),
    group_key: rows.map(({ scene }) => `${scene.plan.roomId}_${scene.plan.takenAt.slice(0, 10)}`),
  })
}

const dictionary = (entries: Readonly<Record<string, PickleValue>>): Map<PickleValue, PickleValue> =>
  new Map(Object.entries(entries))
