import { beforeAll, describe, expect, test } from 'vitest'
import { boxNumbers, cliffCrop, cliffInput } from '#main/compute/images/opencv/cliff-crop.ts'
import { cropLength, cutCrop } from '#main/compute/images/opencv/cut-crop.ts'
import { photoPixels } from '#main/compute/images/photo-pixels.ts'
import type { RgbaPixels } from '#main/compute/images/resample/resize-region.ts'
import { relativeError } from '../../support/compute.ts'
import { relationCases, relationScene } from '../../support/group-relation.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const plane = cliffInput.widthPx * cliffInput.heightPx

/** Red, green and blue at a place of a crop. */
const pixel = (values: Float32Array, y: number, x: number): number[] =>
  [0, 1, 2].map((channel) => values[channel * plane + y * cliffInput.widthPx + x]!)

const channelMeans = (values: Float32Array): number[] =>
  [0, 1, 2].map((channel) => values.subarray(channel * plane, (channel + 1) * plane).reduce((a, b) => a + b, 0) / plane)

describe.skipIf(rafnetFolder === null)(`crops of a student${rafnetFolder ? '' : ` (${withoutRafnet})`}`, () => {
  let photo: RgbaPixels
  beforeAll(async () => {
    photo = await photoPixels(relationScene)
  })

  test.each(relationCases().map((relationCase, index) => ({ ...relationCase, index })))(
    'case $index: centres, sizes, box numbers and pixels',
    ({ boxes, centers, scales, box_numbers, input_checks }) => {
      const crops = boxes.map((box) => cliffCrop(box))
      expect(crops.map(({ centre }) => [centre.x, centre.y])).toEqual(centers)
      expect(
        relativeError(
          crops.map(({ sizePx }) => [sizePx / 200]),
          scales.map((scale) => [scale]),
        ),
      ).toBeLessThan(1e-6)
      expect(
        relativeError(
          crops.map((crop) => boxNumbers(crop, photo)),
          box_numbers,
        ),
      ).toBeLessThan(1e-6)
      for (const [row, checks] of input_checks.entries()) {
        const values = new Float32Array(cropLength)
        cutCrop(photo, crops[row]!, values, 0)
        expect(relativeError([channelMeans(values)], [checks.channel_means])).toBeLessThan(1e-4)
        expect(relativeError([pixel(values, 10, 20)], [checks.pixel_10_20])).toBeLessThan(1e-4)
        expect(relativeError([pixel(values, 200, 150)], [checks.pixel_200_150])).toBeLessThan(1e-4)
      }
    },
  )
})
