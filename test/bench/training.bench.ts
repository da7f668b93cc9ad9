import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { openTrainingSessions } from '#main/compute/sessions/open-training-sessions.ts'
import type { TrainingRows } from '#main/training/evaluate-logits.ts'
import { prepareTraining } from '#main/training/prepare-training.ts'
import { trainSeed } from '#main/training/train-seed.ts'
import { parseTrainingConfig } from '#main/training/training-config.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { dict, writePickleFile } from '../support/feature-pickles.ts'
import { findPython, withoutPython } from '../support/python.ts'
import type { BenchResult } from './bench-result.ts'
import { atLeast, atMost, childProcesses, median, notRun, peakMegabytes } from './measure.ts'
import { classCount, fusedModalities, headSection, studentsPerScene, vectorWidth } from './random-head.ts'
import { root } from './session.ts'
import { isComparable, notComparable, torchTime, type TorchTime } from './torch-heads.ts'

const batch = 128
const steps = 40
const rounds = 3
/** Epochs of a round, as torch-heads.py makes rounds of its steps. */
const passes = 3
const bars = { ratio: 1.6, megabytes: 1500 } as const
/** The long training: five seeds of 100 epochs. Projected from a few unless LECTERN_WHOLE_TRAINING=1 asks for all of it (many minutes). */
const long = { students: 10_000, seeds: [41, 42, 43, 44, 45], epochs: 100 } as const
const projectedFrom = process.env['LECTERN_WHOLE_TRAINING'] === '1' ? long.epochs : 3

/** RAFNet's loss-tuned configuration of C+Spatial. */
const configuration = (epochs: number, files: Readonly<Record<'train' | 'val' | 'test', string>>) => ({
  training: { seeds: long.seeds, num_epochs: epochs, batch_size: batch, grad_clip: 1, output_dir: 'run' },
  optimizer: { name: 'adamw', params: { lr: 1e-3, weight_decay: 1e-3 } },
  loss: { name: 'focal', params: { gamma: 1.5, label_smoothing: 0.1 } },
  class_weights: { method: 'log_balanced', null_weight_factor: 0.1 },
  model: headSection('c_spatial'),
  datasets: Object.fromEntries(
    Object.entries(files).map(([split, file]) => [
      split,
      { name: 'multimodal_features', params: { features_path: file } },
    ]),
  ),
})

const floats = (length: number, seed: number): Float32Array => {
  const random = seededRandom(seed)
  return Float32Array.from({ length }, () => random() - 0.5)
}

function rowsInMemory(count: number): TrainingRows {
  const vectors = fusedModalities.map(
    (name, index) => [name, { width: vectorWidth, values: floats(count * vectorWidth, index) }] as const,
  )
  const scenes = Int32Array.from({ length: count }, (_, row) => Math.floor(row / studentsPerScene))
  return {
    count,
    columns: new Map<string, { readonly width: number; readonly values: Float32Array }>([
      ...vectors,
      ['bbox_ctx', { width: 4, values: floats(count * 4, 5) }],
      ['img_uid', { width: 1, values: Float32Array.from(scenes) }],
    ]),
    labels: Int32Array.from({ length: count }, (_, row) => row % classCount),
    scenes,
  }
}

/** Median time of `steps` training steps, the first epoch left out, by turns with PyTorch's. */
async function stepsAgainstTorch(): Promise<BenchResult> {
  const name = "C+Spatial training: PyTorch's time per step over ours"
  const python = findPython('torch')
  if (python === null) return notRun(name, 'ratio', bars.ratio, withoutPython('torch'))
  const files = { train: 'train.pkl', val: 'val.pkl', test: 'test.pkl' }
  const config = parseTrainingConfig(configuration(rounds * passes + 1, files), 'bench.yaml')
  const splits = {
    train: rowsInMemory(steps * batch),
    val: rowsInMemory(studentsPerScene),
    test: rowsInMemory(studentsPerScene),
  }
  const sessions = openTrainingSessions()
  const [ours, theirs]: [number[], TorchTime[]] = [[], []]
  const prepared = await prepareTraining(config.head, config.options, splits, sessions.open)
  const request = { config: config.head, options: config.options, splits, seed: 41, state: null }
  let start = performance.now()
  for await (const event of trainSeed(prepared, request, new AbortController().signal)) {
    if (event.kind === 'steps' && event.done === event.total && event.epoch > 1) ours.push(performance.now() - start)
    if (event.kind !== 'epoch') continue
    if ((event.record.epoch - 1) % passes === 0)
      theirs.push(torchTime(python, 'train', 'c_spatial', [steps * batch, studentsPerScene, batch, steps]))
    start = performance.now()
  }
  await sessions.releaseAll()
  if (!isComparable(theirs)) return notRun(name, 'ratio', bars.ratio, notComparable(theirs))
  const [mine, peer] = [median(ours) / steps, (1000 * median(theirs.map(({ seconds }) => seconds))) / steps]
  const detail = `${mine.toFixed(1)} ms against ${peer.toFixed(1)} ms a step of ${batch} (OpenBLAS, better of 1 and 2 threads)`
  return atLeast(name, peer / mine, 'ratio', bars.ratio, detail)
}

/** A feature pickle as RAFNet writes it, boxes inside. */
function writeFeatures(file: string, count: number, firstScene: number): void {
  const matrix = (width: number, seed: number) => NdArray.of('float32', floats(count * width, seed), [count, width])
  const rows = Array.from({ length: count }, (_, row) => row)
  writePickleFile(
    file,
    dict({
      ...Object.fromEntries(fusedModalities.map((name, index) => [name, matrix(vectorWidth, index)])),
      labels: NdArray.of(
        'int64',
        BigInt64Array.from(rows, (row) => BigInt(row % classCount)),
        [count],
      ),
      metadata: dict({
        img_paths: rows.map((row) => `images/${firstScene + Math.floor(row / studentsPerScene)}.jpg`),
        bbox_ids: rows.map((row) => String(row % studentsPerScene)),
        modalities: [...fusedModalities],
      }),
      context: dict({ bbox_xyxy_abs: matrix(4, 6), bbox_cxcywh_norm: matrix(4, 7) }),
    }),
  )
}

/** Five seeds on 10,000 students through the compute process, from pickles to the run folder. */
async function longTraining(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const compute = createComputeClient({ fork: forkWithNode(join(root, 'out', 'main', 'compute.js')) })
  const sizes = { train: long.students, val: 1000, test: 1000 }
  const files = { train: 'train.pkl', val: 'val.pkl', test: 'test.pkl' }
  try {
    for (const [index, split] of (['train', 'val', 'test'] as const).entries()) {
      writeFeatures(join(folder, files[split]), sizes[split], index * long.students)
    }
    const config = join(folder, 'c_spatial.yaml')
    writeFileSync(config, JSON.stringify(configuration(projectedFrom, files)))
    const input = {
      config,
      root: folder,
      seeds: null,
      outputFolder: null,
      resume: false,
      appVersion: 'bench',
      lockFileSha256: null,
    }
    const epochMs: number[] = []
    const start = performance.now()
    let memory = 0
    for await (const message of compute.training.run(input)) {
      if (message.kind === 'epoch') epochMs.push(message.elapsedMs)
      memory = Math.max(memory, ...childProcesses(process.pid).map((pid) => peakMegabytes(pid) ?? 0))
    }
    const minutes = (performance.now() - start) / 60_000
    const features = ((sizes.train + sizes.val + sizes.test) * fusedModalities.length * vectorWidth * 4) / 1e6
    const projected = (median(epochMs) * long.epochs * long.seeds.length) / 60_000
    const name = `Training: memory of ${long.seeds.length} seeds on ${long.students} students above their features`
    const detail =
      `${long.seeds.length} × ${projectedFrom} epochs took ${minutes.toFixed(1)} min, ${Math.round(median(epochMs))} ms an epoch; ` +
      `${long.seeds.length} × ${long.epochs} epochs: ${projected.toFixed(1)} min projected`
    return [
      memory > 0
        ? atMost(name, memory - features, 'MB', bars.megabytes, detail)
        : notRun(name, 'MB', bars.megabytes, `${detail}; only Linux tells the memory`),
    ]
  } finally {
    await compute.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function bench(): Promise<BenchResult[]> {
  return [await stepsAgainstTorch(), ...(await longTraining())]
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
