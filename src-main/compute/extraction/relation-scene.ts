import type { Box, Size } from '#shared/geometry/box.ts'
import { boxNumbers, cliffCrop, cliffInput } from '../images/opencv/cliff-crop.ts'
import type { CliffCrop } from '../images/opencv/cliff-crop.ts'
import { cropLength, cutCrop } from '../images/opencv/cut-crop.ts'
import type { RgbaPixels } from '../images/resample/resize-region.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import { float32Tensor } from '../sessions/tensor.ts'

/** Crops that go through the backbone at once: more takes memory, not less time. */
export const cropsAtOnce = 8

/** What was found at a student whose box is no plain one; the vector is made all the same. */
export type RelationBoxIssue =
  /** Corners swapped on an axis: CLIFF's formula takes the box as it is. */
  | 'inverted'
  /** A size of 0 or less, or under one pixel: the crop is black. */
  | 'empty'
  /** The box reaches beyond the photo: black there. */
  | 'outside'

/** What the relation encoder needs of a scene; noise is added afterwards, so that one run of the backbone serves many draws. */
export interface SceneFeatures {
  readonly students: number
  /** HRNet's vectors, [students, features]. */
  readonly features: Float32Array
  /** Where each crop lies in the photo, [students, 3]. */
  readonly boxNumbers: Float32Array
  readonly issues: readonly { readonly student: number; readonly issue: RelationBoxIssue }[]
}

export interface FeatureOptions {
  /** Stops between two batches of crops. */
  readonly signal?: AbortSignal
  /** Told after each batch. */
  readonly onStudents?: (done: number) => void
}

/** HRNet over every student of a photo. An empty scene gives empty arrays. */
export async function sceneFeatures(
  backbone: ModelSession,
  photo: RgbaPixels,
  boxes: readonly Box[],
  { signal, onStudents }: FeatureOptions = {},
): Promise<SceneFeatures> {
  const crops = boxes.map(cliffCrop)
  const parts: Float32Array[] = []
  for (let start = 0; start < crops.length; start += cropsAtOnce) {
    signal?.throwIfAborted()
    const batch = crops.slice(start, start + cropsAtOnce)
    parts.push(await backboneFeatures(backbone, photo, batch))
    onStudents?.(start + batch.length)
  }
  return {
    students: boxes.length,
    features: joined(parts),
    boxNumbers: Float32Array.from(crops.flatMap((crop) => boxNumbers(crop, photo))),
    issues: boxes.flatMap((box, student) => {
      const issue = issueOf(box, crops[student]!, photo)
      return issue === null ? [] : [{ student, issue }]
    }),
  }
}

async function backboneFeatures(
  backbone: ModelSession,
  photo: RgbaPixels,
  crops: readonly CliffCrop[],
): Promise<Float32Array> {
  const values = new Float32Array(crops.length * cropLength)
  for (const [index, crop] of crops.entries()) cutCrop(photo, crop, values, index * cropLength)
  const dimensions = [crops.length, 3, cliffInput.heightPx, cliffInput.widthPx]
  const outputs = await backbone.run({ crops: float32Tensor(values, dimensions) })
  return outputs.get('features')!.data as Float32Array
}

function issueOf(box: Box, { window }: CliffCrop, photo: Size): RelationBoxIssue | null {
  if (window === null) return 'empty'
  if (box.x1 > box.x2 || box.y1 > box.y2) return 'inverted'
  return box.x1 < 0 || box.y1 < 0 || box.x2 > photo.widthPx || box.y2 > photo.heightPx ? 'outside' : null
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
