import type { Box } from '#shared/geometry/box.ts'
import { boxNumbers, cliffCrop, cliffInput } from '../images/opencv/cliff-crop.ts'
import type { CliffCrop } from '../images/opencv/cliff-crop.ts'
import { cropLength, cutCrop } from '../images/opencv/cut-crop.ts'
import type { RgbaPixels } from '../images/resample/resize-region.ts'
import { runSession } from '../pipelines/run-session.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import { float32Tensor } from '../sessions/tensor.ts'

/** A loaded HRNet and how it is run. */
export interface BackboneRun {
  /** For error sentences. */
  readonly file: string
  readonly session: ModelSession
  /** Most crops in one run. */
  readonly batch: number
  /** Called before each run; throws when the work is cancelled. */
  readonly rest: () => Promise<void>
}

/** What the relation encoder needs of a scene; noise is added afterwards, so that one run of the backbone serves many draws. */
export interface SceneFeatures {
  readonly students: number
  /** HRNet's vectors, [students, features]. */
  readonly features: Float32Array
  /** Where each crop lies in the photo, [students, 3]. */
  readonly boxNumbers: Float32Array
  /** [students]: 1 where nothing could be cut out (a size of 0 or less, or under one pixel), so that the crop is black. */
  readonly withoutArea: Uint8Array
}

/** HRNet over every student of a photo, boxes in px as stored. An empty scene gives empty arrays. Throws AppError `model.run-failed`. */
export async function sceneFeatures(
  run: BackboneRun,
  photo: RgbaPixels,
  boxes: readonly Box[],
): Promise<SceneFeatures> {
  const crops = boxes.map(cliffCrop)
  const parts: Float32Array[] = []
  for (let start = 0; start < crops.length; start += run.batch) {
    await run.rest()
    parts.push(await backboneFeatures(run, photo, crops.slice(start, start + run.batch)))
  }
  return {
    students: boxes.length,
    features: joined(parts),
    boxNumbers: Float32Array.from(crops.flatMap((crop) => boxNumbers(crop, photo))),
    withoutArea: Uint8Array.from(crops, ({ window }) => (window === null ? 1 : 0)),
  }
}

async function backboneFeatures(
  run: BackboneRun,
  photo: RgbaPixels,
  crops: readonly CliffCrop[],
): Promise<Float32Array> {
  const values = new Float32Array(crops.length * cropLength)
  for (const [index, crop] of crops.entries()) cutCrop(photo, crop, values, index * cropLength)
  const feeds = { crops: float32Tensor(values, [crops.length, 3, cliffInput.heightPx, cliffInput.widthPx]) }
  const outputs = await runSession(run, feeds, 'Use a smaller batch, or the CPU.')
  return outputs.get('features')!.data as Float32Array
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
