import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import type { DetectionMessage } from '#main/compute/protocol.ts'
import { startCompute, temporaryFolder } from '../../support/compute.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const inRafnet = (...path: readonly string[]): string => join(rafnetFolder ?? '', ...path)

interface Expected {
  readonly scene: string
  readonly score_threshold: number
  readonly nms_iou: number
  readonly detections_xyxy_scene_px: readonly (readonly [number, number, number, number, number])[]
}

describe.skipIf(rafnetFolder === null)(
  `YOLOX through the compute process${rafnetFolder ? '' : ` (${withoutRafnet})`}`,
  () => {
    const compute = startCompute()
    const folder = temporaryFolder()
    const file = inRafnet('detector', 'yolox_small.pth.tar')
    const expected = (): Expected =>
      JSON.parse(readFileSync(inRafnet('detector', 'yolox_small.json'), 'utf8')) as Expected

    async function detect(source: string, photos: readonly string[], card = {}): Promise<DetectionMessage[]> {
      const messages: DetectionMessage[] = []
      const input = {
        detector: { kind: 'yolox' as const, file: source, card },
        photos: photos.map((name) => ({ file: inRafnet('images', name) })),
        setting: 'fast' as const,
        embeddings: null,
        device: 'cpu' as const,
      }
      for await (const message of compute.detection.run(input)) messages.push(message)
      return messages
    }

    test('is recognised with its sizes and the values that ByteTrack runs it with', async () => {
      expect(await compute.detection.describe({ file })).toMatchObject({
        family: 'yolox',
        sizes: { classes: [1], widths: [32, 64, 128], depths: [1, 3, 3, 1] },
        settings: { input: { widthPx: 1440, heightPx: 800 }, leastScore: 0.3, unionLimit: 0.7 },
        dtype: 'float32',
      })
    })

    test('finds the same persons as PyTorch, cut to the photo; a photo that cannot be read fails alone', async () => {
      const { scene, score_threshold: leastScore, nms_iou: unionLimit, detections_xyxy_scene_px: wanted } = expected()
      const card = { inputSize: { widthPx: 512, heightPx: 288 }, leastScore, unionLimit }
      const [start, failed, found] = await detect(file, ['missing.jpg', scene], card)
      expect(start).toMatchObject({ kind: 'start', provider: 'cpu' })
      expect(failed).toMatchObject({ kind: 'failed', index: 0, error: { code: 'photo.unreadable' } })
      if (found?.kind !== 'scene') throw new Error('the scene failed')
      const { boxes, widthPx, heightPx } = found
      const inside = wanted
        .map(([x1, y1, x2, y2, score]) => [
          Math.max(0, x1),
          Math.max(0, y1),
          Math.min(widthPx, x2),
          Math.min(heightPx, y2),
          score,
        ])
        .filter(([x1, y1, x2, y2]) => x2! > x1! && y2! > y1!)
      const rows = Array.from({ length: boxes.length / 5 }, (_, row) => [...boxes.subarray(row * 5, row * 5 + 5)])
      expect(rows).toHaveLength(inside.length)
      for (const box of inside) {
        const nearest = Math.min(...rows.map((row) => Math.max(...row.map((value, at) => Math.abs(value - box[at]!)))))
        expect(nearest).toBeLessThan(0.1)
      }
    })

    test.each([
      ['head.reg_preds.1.weight', 'head.reg_preds.1.weight'],
      ['backbone.backbone.dark4.', 'backbone.backbone.dark4.0.conv.weight'],
      ['backbone.C3_n3.', 'backbone.C3_n3.conv1.conv.weight'],
    ])('a checkpoint without %s is refused with the name of what is missing', async (start, missing) => {
      const { tensors } = readCheckpoint(readFileSync(file), { file })
      const kept = [...tensors].filter(([name]) => !name.startsWith(start))
      const damaged = join(folder, `${start}pth`)
      writeFileSync(damaged, writeCheckpoint(kept))
      await expect(compute.detection.describe({ file: damaged })).rejects.toMatchObject({
        code: 'weights.tensor-missing',
        details: { file: damaged, parameter: missing },
      })
    })

    test('other weights are refused by name', async () => {
      const other = inRafnet('grouprec', 'groupnet_small.pth')
      await expect(compute.detection.describe({ file: other })).rejects.toMatchObject({ code: 'weights.unrecognised' })
      await expect(detect(other, ['166.jpg'])).rejects.toMatchObject({ code: 'weights.unrecognised' })
      await expect(compute.extraction.describe({ file })).rejects.toMatchObject({ code: 'weights.unrecognised' })
    })
  },
)
