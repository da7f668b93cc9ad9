import { join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { decodePhoto } from '#main/compute/images/decode-photo.ts'
import type { UprightPhoto } from '#main/compute/images/decode-photo.ts'
import type { DetectionSetting } from '#main/compute/detection/plan-passes.ts'
import { openNanodetDetector } from '#main/compute/pipelines/nanodet-detector.ts'
import { createProviders } from '#main/compute/sessions/providers.ts'
import { createSessionPool } from '#main/compute/sessions/session-pool.ts'
import type { Box } from '#shared/geometry/box.ts'
import { defaultModels, withoutDefaultModels } from '../support/default-models.ts'
import { addScores, noScore, scoreDetection, type DetectionScore } from '../support/detection-score.ts'
import { labelledScenes, type LabelledScene } from '../support/labelled-scenes.ts'
import { rafnetFolder, withoutRafnet } from '../support/rafnet.ts'
import type { BenchResult } from './bench-result.ts'
import { atLeast, atMost, median, notRun } from './measure.ts'
import { root } from './session.ts'

/** The photos as they are and five altered copies; "people" are made larger or smaller by the sizes of all passes. */
const copies = [
  { name: 'photos', mirrored: false, fileScale: 1, peopleScale: 1 },
  { name: 'mirrored', mirrored: true, fileScale: 1, peopleScale: 1 },
  { name: 'file × 1.25', mirrored: false, fileScale: 1.25, peopleScale: 1 },
  { name: 'file × 0.8', mirrored: false, fileScale: 0.8, peopleScale: 1 },
  { name: 'people × 0.8', mirrored: false, fileScale: 1, peopleScale: 0.8 },
  { name: 'people × 1.25', mirrored: false, fileScale: 1, peopleScale: 1.25 },
] as const
type Copy = (typeof copies)[number]

const bars = {
  photos: { centres: 94, atThirty: 75, atFifty: 50 },
  copies: { centres: 91, atThirty: 70 },
  boxes: 185,
} as const
const msBars: Readonly<Record<DetectionSetting, number>> = { accurate: 1000, fast: 400 }
const rounds = 5

function altered(photo: UprightPhoto, { mirrored, fileScale }: Copy): UprightPhoto {
  if (!mirrored && fileScale === 1) return photo
  const canvas = createCanvas(photo.widthPx * fileScale, photo.heightPx * fileScale)
  const context = canvas.getContext('2d')
  context.imageSmoothingQuality = 'high'
  if (mirrored) context.setTransform(-1, 0, 0, 1, canvas.width, 0)
  context.drawImage(photo.pixels, 0, 0, canvas.width, canvas.height)
  return { pixels: canvas, widthPx: canvas.width, heightPx: canvas.height }
}

function alteredBox({ x1, y1, x2, y2 }: Box, photo: UprightPhoto, { mirrored, fileScale }: Copy): Box {
  const [left, right] = mirrored ? [photo.widthPx - x2, photo.widthPx - x1] : [x1, x2]
  return { x1: left * fileScale, y1: y1 * fileScale, x2: right * fileScale, y2: y2 * fileScale }
}

async function scoreOf(
  scenes: readonly LabelledScene[],
  setting: DetectionSetting,
  copy: Copy,
): Promise<DetectionScore> {
  const sessions = createSessionPool(createProviders(''))
  const options = { folder: defaultModels!, setting, device: 'cpu', scale: copy.peopleScale } as const
  const detector = await openNanodetDetector(sessions, options)
  let score = noScore
  for (const { file, boxes } of scenes) {
    const photo = await decodePhoto(file)
    const found = await detector.detect(altered(photo, copy), new AbortController().signal)
    score = addScores(
      score,
      scoreDetection(
        boxes.map((box) => alteredBox(box, photo, copy)),
        found,
      ),
    )
  }
  return score
}

/** Milliseconds of each scene through the compute process, photos decoded each time, after a round to warm up. */
async function msPerScene(scenes: readonly LabelledScene[], setting: DetectionSetting): Promise<number[]> {
  const compute = createComputeClient({ fork: forkWithNode(join(root, 'src-main', 'compute', 'main.ts')) })
  try {
    const detector = { kind: 'nanodet', folder: defaultModels! } as const
    const photos = scenes.map(({ file }) => ({ file }))
    const times: number[] = []
    for (let round = 0; round <= rounds; round++) {
      for await (const message of compute.detection.run({
        detector,
        photos,
        setting,
        embeddings: null,
        device: 'cpu',
      })) {
        if (message.kind === 'scene' && round > 0) times.push(message.elapsedMs)
      }
    }
    return times
  } finally {
    await compute.close()
  }
}

const percent = (count: number, { students }: DetectionScore): number => Math.round((1000 * count) / students) / 10

function rowsOf(setting: DetectionSetting, copy: Copy, score: DetectionScore): BenchResult[] {
  const name = `detector, ${setting}, ${copy.name}`
  const { centres, atThirty } = copy.name === 'photos' && setting === 'accurate' ? bars.photos : bars.copies
  const rows = [
    atLeast(
      `${name}: students whose centre is in a box`,
      percent(score.centres, score),
      '%',
      centres,
      `one-to-one ${percent(score.centresOneToOne, score)} %`,
    ),
    atLeast(
      `${name}: students with a box of their own at IoU 0.3`,
      percent(score.atThirty, score),
      '%',
      atThirty,
      `IoU 0.5 ${percent(score.atFifty, score)} %, ${score.boxes} boxes`,
    ),
  ]
  if (copy.name !== 'photos' || setting !== 'accurate') return rows
  return [
    ...rows,
    atLeast(`${name}: at IoU 0.5`, percent(score.atFifty, score), '%', bars.photos.atFifty),
    atMost(
      `${name}: boxes`,
      score.boxes,
      'boxes',
      bars.boxes,
      `${score.students} students are labelled, others are in the photos too`,
    ),
  ]
}

/** What Lectern's own detector finds of the 151 labelled students of RAFNet's demo photos, and how long it takes. */
export async function bench(): Promise<BenchResult[]> {
  if (rafnetFolder === null || defaultModels === null) {
    const why = rafnetFolder === null ? withoutRafnet : withoutDefaultModels
    return [notRun('detector: students found', '%', bars.photos.atThirty, why)]
  }
  const scenes = await labelledScenes(rafnetFolder)
  const results: BenchResult[] = []
  for (const setting of ['accurate', 'fast'] as const) {
    process.stderr.write(
      `${setting.padEnd(14)} centre in a box (one-to-one) / IoU 0.3 / IoU 0.5, one-to-one, % of 151\n`,
    )
    for (const copy of copies) {
      const score = await scoreOf(scenes, setting, copy)
      const [centres, own, third, half] = [score.centres, score.centresOneToOne, score.atThirty, score.atFifty].map(
        (count) => percent(count, score).toFixed(1),
      )
      process.stderr.write(`${copy.name.padEnd(14)} ${centres} (${own}) / ${third} / ${half}, ${score.boxes} boxes\n`)
      results.push(...rowsOf(setting, copy, score))
    }
    const times = await msPerScene(scenes, setting)
    const detail = `decoding included, median of ${times.length}, fastest ${Math.round(Math.min(...times))} ms`
    results.push(
      atMost(`detector, ${setting}: time of a scene on the CPU`, median(times), 'ms', msBars[setting], detail),
    )
  }
  return results
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
