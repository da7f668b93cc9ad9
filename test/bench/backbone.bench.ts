import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createComputeClient, type ComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { withWeights } from '#main/compute/extraction/open-weights.ts'
import { cropPlanes, cropRegion } from '#main/compute/images/crop-planes.ts'
import { photoPixels } from '#main/compute/images/photo-pixels.ts'
import { openSession, type ModelSession } from '#main/compute/sessions/model-session.ts'
import { loadRuntime } from '#main/compute/sessions/runtime.ts'
import { float32Tensor, uint8Tensor } from '#main/compute/sessions/tensor.ts'
import { appearanceNames, buildAppearanceModel } from '#main/onnx/extractors/build-appearance-model.ts'
import { recogniseAppearance } from '#main/onnx/extractors/registry.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { findPython, withoutPython } from '../support/python.ts'
import { convNextParameters, randomTensors, resNetParameters } from '../support/random-backbones.ts'
import { writeSafetensors } from '../support/write-safetensors.ts'
import type { BenchResult } from './bench-result.ts'
import { atLeast, atMost, median, medianMs, notRun } from './measure.ts'
import { root } from './session.ts'

const students = 60
const batch = 8
const rounds = 5
const bars = { againstTorch: 1.4, cropsMs: 150, throughput: 0.8, againstPillow: 3 } as const
const photo = join(root, 'resources', 'sample', 'images', 'room-a-morning.jpg')
const cropPx = 224
const rule = { resizePx: 256, filter: 'bicubic', cropPx } as const

/** Boxes as large as students in a photo of a classroom: 40 to 200 px wide. */
function studentBoxes(widthPx: number, heightPx: number): Float64Array {
  const random = seededRandom(9)
  const boxes = Array.from({ length: students }, () => {
    const width = 40 + 160 * random() ** 2
    const height = width * (0.8 + 0.6 * random())
    const [x, y] = [random() * (widthPx - width), random() * Math.max(1, heightPx - height)]
    return [x, y, x + width, y + height]
  })
  return Float64Array.from(boxes.flat())
}

const secondsOf = (python: string, program: string, ...arguments_: readonly (string | number)[]): number => {
  const path = resolve(import.meta.dirname, program)
  const output = execFileSync(python, [path, ...arguments_.map(String)], { encoding: 'utf8' })
  return median((JSON.parse(output) as { readonly seconds: number[] }).seconds)
}

async function openNetwork(file: string): Promise<ModelSession> {
  const model = withWeights(file, ({ folder, tensors }) => ({
    graph: buildAppearanceModel(recogniseAppearance(tensors)!, tensors),
    weightsFolder: folder,
  }))
  return openSession(await loadRuntime(), model, { provider: 'cpu', onlyProvider: false })
}

const feeds = (count: number) => ({
  [appearanceNames.crops]: uint8Tensor(
    Uint8Array.from({ length: count * 3 * cropPx ** 2 }, (_, index) => (index * 7919) % 251),
    [count, 3, cropPx, cropPx],
  ),
  [appearanceNames.present]: float32Tensor(new Float32Array(count).fill(1), [count, 1, 1, 1]),
})

async function againstTorch(file: string): Promise<BenchResult> {
  const name = 'ConvNeXt-Base: crops a second against PyTorch'
  const python = findPython('torch')
  if (python === null) return notRun(name, 'ratio', bars.againstTorch, withoutPython('torch'))
  const session = await openNetwork(file)
  const input = feeds(batch)
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    ours.push((await medianMs(1, () => session.run(input))) / 1000)
    theirs.push(secondsOf(python, 'backbone-torch.py', batch, 1))
  }
  await session.release()
  const [mine, other] = [median(ours), median(theirs)]
  const detail = `random weights, ${batch} crops: ${(batch / mine).toFixed(1)} against ${(batch / other).toFixed(1)} crops/s`
  return atLeast(name, other / mine, 'ratio', bars.againstTorch, detail)
}

/** Decoding and cropping on this thread alone. */
async function crops(): Promise<BenchResult[]> {
  const { widthPx, heightPx } = await photoPixels(photo)
  const boxes = studentBoxes(widthPx, heightPx)
  const regions = Array.from({ length: students }, (_, student) => {
    const [x1, y1, x2, y2] = [...boxes.subarray(student * 4, student * 4 + 4)] as [number, number, number, number]
    return cropRegion([x1, y1, x2, y2], { widthPx, heightPx })!
  })
  const planes = new Uint8Array(3 * cropPx ** 2)
  const work = async (): Promise<void> => {
    const pixels = await photoPixels(photo)
    for (const region of regions) cropPlanes(pixels, region, rule, planes, 0)
  }
  const corners = JSON.stringify(regions.map(({ x, y, width, height }) => [x, y, x + width, y + height]))
  const python = findPython('PIL')
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    ours.push(await medianMs(3, work))
    if (python !== null) theirs.push(secondsOf(python, 'backbone-pillow.py', photo, corners, 3) * 1000)
  }
  const ratio = "60 Pillow-exact crops: time against Pillow's"
  const name = `a photo decoded and ${students} crops made as Pillow's`
  return [
    atMost(name, median(ours), 'ms', bars.cropsMs, `one thread, ${widthPx} × ${heightPx} px`),
    python === null
      ? notRun(ratio, 'ratio', bars.againstPillow, withoutPython('PIL'))
      : atMost(
          ratio,
          median(ours) / median(theirs),
          'ratio',
          bars.againstPillow,
          `Pillow ${Math.round(median(theirs))} ms`,
        ),
  ]
}

/** Seconds a scene through the compute process: photo read and decoded, students cropped, vectors brought back. */
async function sceneSeconds(
  compute: ComputeClient,
  file: string,
  scenes: number,
  boxes: Float64Array,
): Promise<number> {
  const input = {
    networks: [{ weights: { file } }],
    device: 'cpu' as const,
    batch,
    scenes: Array.from({ length: scenes }, () => ({ file: photo, boxes: [boxes] })),
  }
  let start = 0
  for await (const message of compute.extraction.run(input)) {
    if (message.kind === 'start') start = performance.now()
    if (message.kind === 'failed') throw new Error(message.error.message)
  }
  return (performance.now() - start) / 1000 / scenes
}

/** The network alone on as many crops in the same batches. */
async function rawSeconds(session: ModelSession): Promise<number> {
  const inputs = [feeds(batch), feeds(students % batch)] as const
  const start = performance.now()
  for (let first = 0; first < students; first += batch) await session.run(inputs[first + batch <= students ? 0 : 1])
  return (performance.now() - start) / 1000
}

async function throughput(compute: ComputeClient, title: string, file: string, scenes: number): Promise<BenchResult> {
  const { widthPx, heightPx } = await photoPixels(photo)
  const boxes = studentBoxes(widthPx, heightPx)
  const session = await openNetwork(file)
  await rawSeconds(session)
  await sceneSeconds(compute, file, 1, boxes)
  const [whole, raw]: [number[], number[]] = [[], []]
  for (let round = 0; round < 3; round++) {
    raw.push(await rawSeconds(session))
    whole.push(await sceneSeconds(compute, file, scenes, boxes))
  }
  await session.release()
  const detail = `${students} students a scene: ${median(whole).toFixed(2)} s, the network alone ${median(raw).toFixed(2)} s`
  return atLeast(
    `${title}: scenes a second against the network alone`,
    median(raw) / median(whole),
    'ratio',
    bars.throughput,
    detail,
  )
}

/** Appearance networks of full size with random weights on the CPU: against PyTorch, against Pillow, and from photo to vectors. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const compute = createComputeClient({ fork: forkWithNode(join(root, 'out', 'main', 'compute.js')) })
  const write = (name: string, parameters: Parameters<typeof randomTensors>[0]): string => {
    const file = join(folder, name)
    writeFileSync(file, writeSafetensors(randomTensors(parameters)))
    return file
  }
  try {
    const convNext = write('convnext-base.safetensors', convNextParameters([3, 3, 27, 3], [128, 256, 512, 1024]))
    const resNet = write('resnet-50.safetensors', resNetParameters([3, 4, 6, 3], [64, 128, 256, 512]))
    return [
      await againstTorch(convNext),
      ...(await crops()),
      await throughput(compute, 'ResNet-50', resNet, 3),
      await throughput(compute, 'ConvNeXt-Base', convNext, 1),
    ]
  } finally {
    await compute.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
