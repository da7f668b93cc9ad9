import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import { createComputeClient, type ComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { mostRowsPerRun, mostStudentsPerRun } from '#main/compute/pipelines/plan-batches.ts'
import type { StudentBatchInput } from '#main/compute/protocol.ts'
import { openSession, type ModelSession } from '#main/compute/sessions/model-session.ts'
import { loadRuntime } from '#main/compute/sessions/runtime.ts'
import { float32Tensor, int64Tensor } from '#main/compute/sessions/tensor.ts'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { findPython, withoutPython } from '../support/python.ts'
import type { BenchResult } from './bench-result.ts'
import { atLeast, atMost, childProcesses, median, notRun, peakMegabytes } from './measure.ts'
import {
  benchFamilies,
  fusedModalities,
  headConfig,
  headSection,
  randomWeights,
  studentsPerScene,
  vectorWidth,
  type BenchFamily,
} from './random-head.ts'
import { root } from './session.ts'
import { isComparable, notComparable, torchTime, type TorchTime } from './torch-heads.ts'

const students = 30_000
const fewer = 10_000
const batch = 256
const rounds = 5
/** Passes of a round, as torch-heads.py makes them; the first after a pause is slower. */
const passes = 3
const ratios: Readonly<Record<BenchFamily, number>> = { mlp: 1.2, gated: 1.2, c_spatial: 2 }
/** Three times the students may take this many times the time, and no more memory than this. */
const linear = { times: 3.6, megabytes: 60 } as const

/** Vectors, boxes and scenes of all students in memory, as PyTorch's side has them. */
const vectors = Object.fromEntries(
  fusedModalities.map((name, index) => {
    const random = seededRandom(8 + index)
    return [name, Float32Array.from({ length: students * vectorWidth }, () => random() - 0.5)]
  }),
)
const boxes = Float32Array.from({ length: students * 4 }, seededRandom(10))
const scenes = BigInt64Array.from({ length: students }, (_, row) => BigInt(Math.floor(row / studentsPerScene)))

/** Students of a run, in whole scenes, as predictions take them. */
function studentsOfRun(family: BenchFamily): number {
  const most = family === 'c_spatial' ? mostStudentsPerRun : mostRowsPerRun
  return Math.floor(most / studentsPerScene) * studentsPerScene
}

/** Seconds of all students through a head's graph. */
async function graphSeconds(session: ModelSession, family: BenchFamily): Promise<number> {
  const step = studentsOfRun(family)
  const start = performance.now()
  for (let first = 0; first < students; first += step) {
    const end = Math.min(students, first + step)
    const rows = end - first
    const feeds = Object.fromEntries(
      fusedModalities.map((name) => [
        name,
        float32Tensor(vectors[name]!.subarray(first * vectorWidth, end * vectorWidth), [rows, vectorWidth]),
      ]),
    )
    if (family === 'c_spatial') {
      Object.assign(feeds, {
        bbox_ctx: float32Tensor(boxes.subarray(first * 4, end * 4), [rows, 4]),
        scene: int64Tensor(scenes.subarray(first, end), [rows]),
      })
    }
    await session.run(feeds)
  }
  return (performance.now() - start) / 1000
}

async function againstTorch(python: string | null, family: BenchFamily): Promise<BenchResult> {
  const name = `${family}: PyTorch's time over ours`
  if (python === null) return notRun(name, 'ratio', ratios[family], withoutPython('torch'))
  const config = headConfig(family)
  const { bytes } = buildHeadModel(config, randomWeights(config), { file: family, version: 'bench' })
  const session = await openSession(await loadRuntime(), bytes, { provider: 'cpu', onlyProvider: false })
  await graphSeconds(session, family)
  const [ours, theirs]: [number[], TorchTime[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    for (let pass = 0; pass < passes; pass++) ours.push(await graphSeconds(session, family))
    theirs.push(torchTime(python, 'infer', family, [students, studentsPerScene, batch]))
  }
  await session.release()
  if (!isComparable(theirs)) return notRun(name, 'ratio', ratios[family], notComparable(theirs))
  const [mine, peer] = [median(ours), median(theirs.map(({ seconds }) => seconds))]
  const detail = `${ms(mine)} against ${ms(peer)}, median of ${rounds} × ${passes} (OpenBLAS, better of 1 and 2 threads), ${students} students, ${studentsOfRun(family)} a run against batches of ${batch}`
  return atLeast(name, peer / mine, 'ratio', ratios[family], detail)
}

const ms = (seconds: number): string => `${Math.round(seconds * 1000)} ms`

/** A C+Spatial head and the students' vectors on the disk. */
function writeProject(folder: string): void {
  const config = headConfig('c_spatial')
  const weights = [...randomWeights(config)].map(
    ([name, tensor]) => [name, { dtype: 'float32' as const, shape: tensor.shape, data: tensor.toFloat32() }] as const,
  )
  writeFileSync(join(folder, 'head.pth'), writeCheckpoint(weights))
  writeFileSync(join(folder, 'head.json'), JSON.stringify({ model: headSection('c_spatial') }))
  for (const name of fusedModalities) writeFileSync(join(folder, `${name}.bin`), new Uint8Array(vectors[name]!.buffer))
}

const studentsIn = (folder: string, count: number): StudentBatchInput => ({
  vectors: fusedModalities.map((name) => ({
    name,
    width: vectorWidth,
    files: [{ file: join(folder, `${name}.bin`), dtype: 'f4' }],
    fileOf: null,
    rows: Uint32Array.from({ length: count }, (_, row) => row),
  })),
  boxesNormalised: Float64Array.from(boxes.subarray(0, count * 4)),
  sceneOffsets: Uint32Array.from({ length: count / studentsPerScene + 1 }, (_, scene) => scene * studentsPerScene),
})

/** Seconds through the compute process, vectors read from the disk and logits brought back included. */
async function processSeconds(compute: ComputeClient, folder: string, count: number): Promise<number> {
  const model = { file: join(folder, 'head.pth'), config: join(folder, 'head.json'), chosen: {}, hasBoxes: true }
  const input = { model, device: 'cpu' as const, students: studentsIn(folder, count) }
  const start = performance.now()
  let told = 0
  for await (const message of compute.models.predict(input)) if (message.kind === 'batch') told += message.count
  if (told !== count) throw new Error(`${told} of ${count} students were predicted`)
  return (performance.now() - start) / 1000
}

async function throughTheProcess(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const compute = createComputeClient({ fork: forkWithNode(join(root, 'out', 'main', 'compute.js')) })
  const peak = (): number => Math.max(...childProcesses(process.pid).map((pid) => peakMegabytes(pid) ?? 0))
  try {
    writeProject(folder)
    await processSeconds(compute, folder, fewer)
    const few: number[] = []
    for (let round = 0; round < rounds; round++) few.push(await processSeconds(compute, folder, fewer))
    const before = peak()
    const many: number[] = []
    for (let round = 0; round < rounds; round++) many.push(await processSeconds(compute, folder, students))
    const growth = peak() - before
    const detail = `${ms(median(few))} for ${fewer}, ${ms(median(many))} for ${students} students`
    return [
      atLeast('C+Spatial through the compute process', Math.round(students / median(many)), 'students/s', 3000, detail),
      atMost('C+Spatial: time of three times the students', median(many) / median(few), 'times', linear.times, detail),
      before > 0
        ? atMost('C+Spatial: memory of three times the students', growth, 'MB', linear.megabytes, `${before} MB before`)
        : notRun('C+Spatial: memory of three times the students', 'MB', linear.megabytes, 'only Linux tells it'),
    ]
  } finally {
    await compute.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Heads of the paper's size on the CPU: against PyTorch by turns, and through the compute process. */
export async function bench(): Promise<BenchResult[]> {
  const python = findPython('torch')
  const results: BenchResult[] = []
  for (const family of Object.keys(benchFamilies) as BenchFamily[]) results.push(await againstTorch(python, family))
  return [...results, ...(await throughTheProcess())]
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
