import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cropPlanes, cropRegion } from '#main/compute/images/crop-planes.ts'
import { photoPixels } from '#main/compute/images/photo-pixels.ts'
import { backboneFiles, collectExtraction, photoOfRow, readBackbone } from '../../support/backbones.ts'
import { relativeError, startCompute } from '../../support/compute.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const compute = startCompute()
const allowed = { input: 1e-5, features: 1e-4 } as const

describe.skipIf(!rafnetFolder)(`backbones against PyTorch (${rafnetFolder ? 'here' : withoutRafnet})`, () => {
  const rafnet = rafnetFolder!

  test.each(['convnext_small.json', 'resnet_small.json', 'vit_small.json'])('crops of %s', async (name) => {
    const { rows, crop_boxes_xyxy_int: boxes, preprocess, input_checks: checks } = readBackbone(rafnet, name)
    const { resize_shorter_side: resizePx, interpolation: filter, center_crop: cropPx, mean, std } = preprocess
    for (const [student, row] of rows.entries()) {
      const pixels = await photoPixels(photoOfRow(rafnet, row))
      const planes = new Uint8Array(3 * cropPx ** 2)
      cropPlanes(pixels, cropRegion(boxes[student]!, pixels)!, { resizePx, filter, cropPx }, planes, 0)
      for (const [channel, wantedMean] of checks[student]!.channel_means.entries()) {
        const plane = planes.subarray(channel * cropPx ** 2, (channel + 1) * cropPx ** 2)
        const normalised = Float64Array.from(plane, (value) => (value / 255 - mean[channel]!) / std[channel]!)
        const found = [
          normalised.reduce((sum, value) => sum + value, 0) / plane.length,
          normalised[0]!,
          normalised[111 * cropPx + 97]!,
        ]
        const wanted = [wantedMean, checks[student]!.pixel_0_0[channel]!, checks[student]!.pixel_111_97[channel]!]
        for (const [index, value] of wanted.entries())
          expect(Math.abs(found[index]! - value)).toBeLessThan(allowed.input)
      }
    }
  })

  test.each(backboneFiles)('vectors of $weights', async ({ weights, expected, family, naming }) => {
    const file = join(rafnet, 'backbones', weights)
    const { rows, crop_boxes_xyxy_int: boxes, features } = readBackbone(rafnet, expected)
    const description = await compute.extraction.describe({ file })
    expect(description).toMatchObject({ kind: 'appearance', family, naming, width: features[0]!.length })
    const scenes = rows.map((row, student) => ({
      file: photoOfRow(rafnet, row),
      boxes: [Float64Array.from(boxes[student]!)],
    }))
    const networks = [{ weights: { file } }]
    const run = await collectExtraction(compute.extraction.run({ networks, device: 'cpu', scenes }))
    expect(run.start).toMatchObject({ provider: 'cpu', width: description.width, sha256: description.sha256 })
    expect(run.scenes.map(({ index }) => index)).toEqual(rows.map((_, index) => index))
    expect(
      relativeError(
        run.scenes.map(({ vectors }) => [...vectors]),
        features,
      ),
    ).toBeLessThan(allowed.features)
  })

  test('students of one photo, together or one by one, get the same vectors', async () => {
    const file = join(rafnet, 'backbones', 'vit_small.pth')
    const boxes = Float64Array.from([
      230, 139, 284, 179, 100, 100, 180, 190, 10.9, -3.5, 60.2, 71, 500, 300, 540.7, 420,
    ])
    const networks = [{ weights: { file } }]
    const scenes = [{ file: photoOfRow(rafnet, 0), boxes: [boxes] }]
    const [all, single] = await Promise.all(
      [16, 1].map(async (batch) =>
        collectExtraction(compute.extraction.run({ networks, device: 'cpu', scenes, batch })),
      ),
    )
    expect(relativeError([[...all!.scenes[0]!.vectors]], [[...single!.scenes[0]!.vectors]])).toBeLessThan(1e-5)
  })
})
