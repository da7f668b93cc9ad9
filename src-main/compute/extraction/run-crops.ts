import { AppError } from '#shared/contract/app-error.ts'
import { appearanceNames } from '#main/onnx/extractors/build-appearance-model.ts'
import type { AppearanceExtractor } from '#main/onnx/extractors/extractor.ts'
import { cropPlanes, cropRegion } from '../images/crop-planes.ts'
import type { RgbaPixels } from '../images/resample/resize-region.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import { float32Tensor, uint8Tensor } from '../sessions/tensor.ts'
import type { SceneVectors } from './extraction-contract.ts'

/** A network's session and how it is run. */
export interface CropRun {
  /** For error sentences. */
  readonly file: string
  readonly network: AppearanceExtractor
  readonly session: ModelSession
  /** Most crops in one run. */
  readonly batch: number
  readonly rest: () => Promise<void>
}

export interface CropSource {
  readonly pixels: RgbaPixels
  /** [n, 4] corners in px. */
  readonly boxes: Float64Array
}

const channels = 3

/**
 * Vectors of a photo's students, cropped and run some at a time, so that memory does not grow with their number.
 * Throws AppError `extraction.run-failed`, `extraction.vectors-not-finite`, and what `rest` throws.
 */
export async function runCrops(run: CropRun, { pixels, boxes }: CropSource): Promise<SceneVectors> {
  const { network, batch, rest } = run
  const students = boxes.length / 4
  const vectors = new Float32Array(students * network.width)
  const withoutArea = new Uint8Array(students)
  for (let first = 0; first < students; first += batch) {
    await rest()
    const count = Math.min(batch, students - first)
    const crops = cropBatch(network, { pixels, boxes: boxes.subarray(first * 4, (first + count) * 4) })
    vectors.set(await runBatch(run, crops), first * network.width)
    withoutArea.set(crops.withoutArea, first)
  }
  checkFinite(run, vectors)
  return { vectors, withoutArea }
}

interface CropBatch {
  readonly count: number
  /** [n, 3, crop, crop] */
  readonly planes: Uint8Array
  readonly withoutArea: Uint8Array
}

function cropBatch({ preprocessing }: AppearanceExtractor, { pixels, boxes }: CropSource): CropBatch {
  const count = boxes.length / 4
  const size = channels * preprocessing.cropPx ** 2
  const planes = new Uint8Array(count * size)
  const withoutArea = new Uint8Array(count)
  for (let student = 0; student < count; student += 1) {
    const [x1, y1, x2, y2] = boxes.subarray(student * 4, student * 4 + 4) as unknown as [number, number, number, number]
    const region = cropRegion([x1, y1, x2, y2], pixels)
    if (region) cropPlanes(pixels, region, preprocessing, planes, student * size)
    else withoutArea[student] = 1
  }
  return { count, planes, withoutArea }
}

async function runBatch({ file, network, session }: CropRun, crops: CropBatch): Promise<Float32Array> {
  const { count, planes, withoutArea } = crops
  const { cropPx } = network.preprocessing
  const present = Float32Array.from(withoutArea, (none) => 1 - none)
  const results = await session
    .run({
      [appearanceNames.crops]: uint8Tensor(planes, [count, channels, cropPx, cropPx]),
      [appearanceNames.present]: float32Tensor(present, [count, 1, 1, 1]),
    })
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message.trim() : String(error)
      throw new AppError(
        'extraction.run-failed',
        `${file} could not be run on ${count} crops: ${reason} Use a smaller batch, or the CPU.`,
        { file, crops: count, reason },
        { cause: error },
      )
    })
  return results.get(appearanceNames.vectors)!.data as Float32Array
}

function checkFinite({ file, network }: CropRun, vectors: Float32Array): void {
  const broken = vectors.findIndex((value) => !Number.isFinite(value))
  if (broken < 0) return
  const student = Math.floor(broken / network.width)
  throw new AppError(
    'extraction.vectors-not-finite',
    `${file} answers ${vectors[broken]!} for student ${student} of this photo: its numbers overflow. Use float32, or another checkpoint.`,
    { file, student },
  )
}
