import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { writeCheckpointChunks } from '#main/codecs/torch/write-checkpoint.ts'
import { createComputeClient, type ComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { cropPlanes, cropRegion } from '#main/compute/images/crop-planes.ts'
import { cliffCrop } from '#main/compute/images/opencv/cliff-crop.ts'
import { cropLength, cutCrop } from '#main/compute/images/opencv/cut-crop.ts'
import { photoPixels } from '#main/compute/images/photo-pixels.ts'
import { float32Tensor } from '#main/compute/sessions/tensor.ts'
import { groupRelationShapes, randomWeights, realPlan } from '../support/group-relation-weights.ts'
import { openRelation } from '../support/open-relation.ts'
import { findPython, withoutPython } from '../support/python.ts'
import { convNextParameters } from '../support/random-backbones.ts'
import type { BenchResult } from './bench-result.ts'
import { atLeast, atMost, childProcesses, median, medianMs, notRun, peakMegabytes } from './measure.ts'
import { root } from './session.ts'

const crops = 8
const students = 50
const rounds = 3
const bars = { ratio: 1.3, megabytes: 2000, seconds: 60 } as const
const convNextRule = { resizePx: 256, filter: 'bicubic', cropPx: 224 } as const
const [photoWidthPx, photoHeightPx] = [1920, 1080]

function writeWeights(file: string, weights: ReturnType<typeof randomWeights>): void {
  writeFileSync(file, '')
  for (const chunk of writeCheckpointChunks(weights)) writeFileSync(file, chunk, { flag: 'a' })
}

/** The numbers that relation-torch.py gives its network. */
const input = (): Float32Array =>
  Float32Array.from({ length: crops * 3 * 256 * 192 }, (_, index) => ((index * 40503) % 65536) / 32768 - 1)

interface TorchAnswer {
  readonly seconds: readonly number[]
  readonly vector: readonly number[]
}

const torchRun = (python: string, file: string): TorchAnswer => {
  const program = resolve(import.meta.dirname, 'relation-torch.py')
  return JSON.parse(
    execFileSync(python, [program, file, String(crops), '1'], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  ) as TorchAnswer
}

/** HRNet-W48 on eight crops, against PyTorch by turns; both must give the same vectors. */
async function backboneAgainstTorch(file: string): Promise<BenchResult> {
  const name = `HRNet-W48, ${crops} crops: PyTorch's time by ours`
  const python = findPython('torch')
  const { backbone } = await openRelation(file)
  const run = async (): Promise<{ seconds: number; vectors: Float32Array }> => {
    const start = performance.now()
    const outputs = await backbone.run({ crops: float32Tensor(input(), [crops, 3, 256, 192]) })
    return { seconds: (performance.now() - start) / 1000, vectors: outputs.get('features')!.data as Float32Array }
  }
  await run()
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const { seconds, vectors } = await run()
    ours.push(seconds)
    if (python === null) continue
    const torch = torchRun(python, file)
    theirs.push(...torch.seconds)
    const largest = Math.max(...torch.vector.map(Math.abs))
    const gap = Math.max(...torch.vector.map((value, at) => Math.abs(value - vectors[at]!))) / largest
    if (!(gap < 1e-4)) throw new Error(`the vectors differ from PyTorch's by ${gap}`)
  }
  const ms = `${Math.round(median(ours) * 1000)} ms`
  if (python === null) return notRun(name, 'times', bars.ratio, `${ms}; ${withoutPython('torch')}`)
  const detail = `${ms} against ${Math.round(median(theirs) * 1000)} ms, median of ${rounds}`
  return atLeast(name, median(theirs) / median(ours), 'times', bars.ratio, detail)
}

function writePhoto(file: string): void {
  const canvas = createCanvas(photoWidthPx, photoHeightPx)
  const context = canvas.getContext('2d')
  for (let cell = 0; cell < 400; cell += 1) {
    context.fillStyle = `hsl(${(cell * 47) % 360} 60% ${20 + (cell % 60)}%)`
    context.fillRect((cell % 25) * 77, Math.floor(cell / 25) * 68, 77, 68)
  }
  writeFileSync(file, canvas.toBuffer('image/jpeg'))
}

const boxes = (): Float64Array =>
  Float64Array.from({ length: students }, (_, student) => student).reduce(
    (corners, student) => {
      const [x, y] = [(student % 10) * 190 + 10, Math.floor(student / 10) * 210 + 5]
      corners.set([x, y, x + 110, y + 170], student * 4)
      return corners
    },
    new Float64Array(students * 4),
  )

/** Seconds of a scene and of its parts. */
interface SceneSeconds {
  readonly scene: number
  readonly relation: number
  readonly appearance: number
}

/** One pass of both networks through the compute process, after one run to load them. */
async function sceneSeconds(compute: ComputeClient, networks: readonly string[], photo: string): Promise<SceneSeconds> {
  let seconds: SceneSeconds | null = null
  const work = { file: photo, name: 'bench', boxes: networks.map(boxes) }
  const request = { networks: networks.map((file) => ({ weights: { file } })), device: 'cpu' as const, batch: crops }
  for await (const message of compute.extraction.run({ ...request, scenes: [work, work] })) {
    if (message.kind === 'failed') throw new Error(message.error.message)
    if (message.kind !== 'scene') continue
    const [relation, appearance] = message.answers.map(({ elapsedMs }) => elapsedMs / 1000)
    seconds = { scene: message.elapsedMs / 1000, relation: relation!, appearance: appearance! }
  }
  return seconds!
}

/** Of this thread alone: the photo decoded, and every student cropped for both networks. */
async function inputSeconds(photo: string): Promise<{ readonly decode: number; readonly crops: number }> {
  const pixels = await photoPixels(photo)
  const corners = Array.from({ length: students }, (_, student) => {
    const [x1, y1, x2, y2] = [...boxes().subarray(student * 4, student * 4 + 4)] as [number, number, number, number]
    return { x1, y1, x2, y2 }
  })
  const [planes, values] = [new Uint8Array(3 * convNextRule.cropPx ** 2), new Float32Array(cropLength)]
  const decode = await medianMs(rounds, () => photoPixels(photo))
  const cropping = await medianMs(rounds, () => {
    for (const box of corners) {
      cropPlanes(pixels, cropRegion([box.x1, box.y1, box.x2, box.y2], pixels)!, convNextRule, planes, 0)
      cutCrop(pixels, cliffCrop(box), values, 0)
    }
  })
  return { decode: decode / 1000, crops: cropping / 1000 }
}

async function drawSeconds(compute: ComputeClient, weights: string, photo: string): Promise<number> {
  const times: number[] = []
  const scenes = [{ file: photo, name: 'bench', boxes: boxes() }]
  const request = { weights: { file: weights }, device: 'cpu' as const, batch: crops, scenes, draws: 5 }
  for await (const message of compute.extraction.draws(request)) {
    if (message.kind === 'draw') times.push(performance.now())
  }
  return (times.at(-1)! - times[0]!) / (times.length - 1) / 1000
}

/** GroupRec's network at its real size: speed against PyTorch, a whole scene with its parts, and memory with both networks loaded. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const [relation, appearance, photo] = ['relation.pth', 'convnext.pth', 'photo.jpg'].map((name) => join(folder, name))
  const compute = createComputeClient({ fork: forkWithNode(join(root, 'out', 'main', 'compute.js')) })
  try {
    writeWeights(relation!, randomWeights(groupRelationShapes(realPlan)))
    writeWeights(appearance!, randomWeights(convNextParameters([3, 3, 27, 3], [128, 256, 512, 1024])))
    writePhoto(photo!)
    const seconds = await sceneSeconds(compute, [relation!, appearance!], photo!)
    const input = await inputSeconds(photo!)
    const draw = await drawSeconds(compute, relation!, photo!)
    const peaks = childProcesses(process.pid).flatMap((pid) => peakMegabytes(pid) ?? [])
    const parts = [
      `photo decoded once ${input.decode.toFixed(2)} s (while the networks run on the last one)`,
      `crops for both ${input.crops.toFixed(2)} s`,
      `GroupRec ${seconds.relation.toFixed(1)} s (of it the relation encoder ${draw.toFixed(2)} s a draw)`,
      `ConvNeXt-Base ${seconds.appearance.toFixed(1)} s, crops included`,
    ].join(', ')
    const scene = `both vectors of a scene of ${students} students in one pass`
    const memory = 'memory of the compute process with both networks loaded, highest'
    return [
      await backboneAgainstTorch(relation!),
      atMost(scene, seconds.scene, 's', bars.seconds, `${availableParallelism()} processors: ${parts}`),
      peaks.length === 0
        ? notRun(memory, 'MB', bars.megabytes, 'told by Linux only')
        : atMost(
            memory,
            Math.max(...peaks),
            'MB',
            bars.megabytes,
            `HRNet-W48 and ConvNeXt-Base, ${crops} crops at a time`,
          ),
    ]
  } finally {
    await compute.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
