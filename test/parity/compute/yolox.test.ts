import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { yoloxBoxes, yoloxRows } from '#main/compute/detection/yolox-detect.ts'
import type { YoloxNetwork } from '#main/compute/detection/yolox-detect.ts'
import { withWeights } from '#main/compute/extraction/open-weights.ts'
import { letterbox } from '#main/compute/images/opencv/letterbox.ts'
import { photoPixels } from '#main/compute/images/photo-pixels.ts'
import type { RgbaPixels } from '#main/compute/images/resample/resize-region.ts'
import { openSession } from '#main/compute/sessions/model-session.ts'
import type { ModelSession } from '#main/compute/sessions/model-session.ts'
import { loadRuntime } from '#main/compute/sessions/runtime.ts'
import { buildYolox } from '#main/onnx/detectors/yolox/build-yolox.ts'
import type { YoloxSizes } from '#main/onnx/detectors/yolox/build-yolox.ts'
import { relativeError } from '../../support/compute.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

interface YoloxFixture {
  readonly scene: string
  readonly input_size_hw: readonly [number, number]
  readonly ratio: number
  readonly input_checks: Readonly<Record<'channel_means' | 'pixel_10_20' | 'pixel_last_corner', readonly number[]>>
  readonly anchors: number
  readonly raw_rows: Readonly<Record<string, readonly number[]>>
  readonly raw_abs_mean: number
  readonly score_threshold: number
  readonly nms_iou: number
  readonly detections_xyxy_scene_px: readonly (readonly number[])[]
}

const folder = join(rafnetFolder ?? '', 'detector')
const tolerance = 1e-4

describe.skipIf(rafnetFolder === null)(`YOLOX${rafnetFolder ? '' : ` (${withoutRafnet})`}`, () => {
  let fixture: YoloxFixture
  let photo: RgbaPixels
  let session: ModelSession
  let sizes: YoloxSizes
  let input: { widthPx: number; heightPx: number }
  beforeAll(async () => {
    fixture = JSON.parse(readFileSync(join(folder, 'yolox_small.json'), 'utf8')) as YoloxFixture
    photo = await photoPixels(join(rafnetFolder!, 'images', fixture.scene))
    const [heightPx, widthPx] = fixture.input_size_hw
    input = { widthPx, heightPx }
    const file = join(folder, 'yolox_small.pth.tar')
    const { model, weightsFolder } = withWeights(file, ({ tensors, folder: weightsFolder }) => ({
      model: buildYolox(tensors, { file, input }),
      weightsFolder,
    }))
    sizes = model.sizes
    const options = { provider: 'cpu', onlyProvider: false }
    session = await openSession(await loadRuntime(), { graph: model.bytes, weightsFolder }, options)
  })

  const network = (): YoloxNetwork => ({ file: 'yolox_small.pth.tar', session })

  test('its sizes are read from the checkpoint', () => {
    expect(sizes).toEqual({ classes: 1, widths: [32, 64, 128], depths: [1, 3, 3, 1] })
  })

  test('the letterboxed input is the one that OpenCV makes', () => {
    const { values, ratio } = letterbox(photo, input)
    const plane = input.widthPx * input.heightPx
    const pixel = (at: number): number[] => [0, 1, 2].map((channel) => values[channel * plane + at]!)
    const means = [0, 1, 2].map(
      (channel) => values.subarray(channel * plane, (channel + 1) * plane).reduce((a, b) => a + b, 0) / plane,
    )
    expect(ratio).toBe(fixture.ratio)
    const { channel_means, pixel_10_20, pixel_last_corner } = fixture.input_checks
    expect(relativeError([means], [channel_means])).toBeLessThan(1e-6)
    expect(relativeError([pixel(10 * input.widthPx + 20)], [pixel_10_20])).toBeLessThan(1e-6)
    expect(relativeError([pixel(plane - 1)], [pixel_last_corner])).toBeLessThan(1e-6)
  })

  test('rows equal PyTorch', async () => {
    const { rows, columns } = await yoloxRows(network(), photo, input)
    expect(rows.length / columns).toBe(fixture.anchors)
    const chosen = Object.keys(fixture.raw_rows)
    const actual = chosen.map((row) => [...rows.subarray(Number(row) * columns, (Number(row) + 1) * columns)])
    expect(relativeError(actual, Object.values(fixture.raw_rows))).toBeLessThan(tolerance)
    // Scores are small beside places: on their own too.
    const scores = (all: readonly (readonly number[])[]): number[][] => all.map((row) => row.slice(4))
    expect(relativeError(scores(actual), scores(Object.values(fixture.raw_rows)))).toBeLessThan(tolerance)
    const mean = rows.reduce((sum, value) => sum + Math.abs(value), 0) / rows.length
    expect(mean / fixture.raw_abs_mean).toBeCloseTo(1, 5)
  })

  test('so do the boxes after suppression', async () => {
    const boxes = await yoloxBoxes(network(), photo, {
      input,
      leastScore: fixture.score_threshold,
      unionLimit: fixture.nms_iou,
    })
    const expected = fixture.detections_xyxy_scene_px
    const actual = boxes.map(({ x1, y1, x2, y2, score }) => [x1, y1, x2, y2, score])
    expect(actual).toHaveLength(expected.length)
    expect(relativeError(actual, expected)).toBeLessThan(tolerance)
  })
})
