import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { writeCheckpoint, type WritableTensor } from '#main/codecs/torch/write-checkpoint.ts'
import { createComputeClient, type ComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import type { StudentBatchInput } from '#main/compute/protocol.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { findPython, withoutPython } from '../support/python.ts'
import type { BenchResult } from './bench-result.ts'
import { atLeast, atMost, median, notRun } from './measure.ts'
import { root } from './session.ts'

const students = 3000
const perScene = 50
const [width, hidden, gateHidden, classes] = [1024, 256, 128, 5]
const modalities = ['grouprec', 'convnext']
const rounds = 3
const bars = { perSecond: 3000, ratio: 1.5 } as const

const size = (shape: readonly number[]): number => shape.reduce((all, one) => all * one, 1)

/** A C+Spatial head of the paper's size with random weights, and its config. */
function writeHead(folder: string): { file: string; config: string } {
  const random = seededRandom(7)
  const shapes: (readonly [string, readonly number[]])[] = [
    ...modalities.flatMap((name) => [
      [`norms.${name}.weight`, [width]] as const,
      [`norms.${name}.bias`, [width]] as const,
    ]),
    ...modalities.flatMap((name) => [
      [`projections.${name}.weight`, [hidden, width]] as const,
      [`projections.${name}.bias`, [hidden]] as const,
    ]),
    ['gate_fc1.weight', [gateHidden, 2 * hidden]],
    ['gate_fc1.bias', [gateHidden]],
    ['gate_fc2.weight', [2, gateHidden]],
    ['gate_fc2.bias', [2]],
    ...[0, 3].flatMap((layer) => [
      [`graph_update.${layer}.weight`, [2 * hidden, 2 * hidden]] as const,
      [`graph_update.${layer}.bias`, [2 * hidden]] as const,
    ]),
    ['classifier.0.weight', [hidden, 2 * hidden]],
    ['classifier.0.bias', [hidden]],
    ...['weight', 'bias', 'running_mean', 'running_var'].map((name) => [`classifier.1.${name}`, [hidden]] as const),
    ['classifier.4.weight', [classes, hidden]],
    ['classifier.4.bias', [classes]],
  ]
  const tensor = (shape: readonly number[]): WritableTensor => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: size(shape) }, () => 0.01 + 0.05 * random()),
  })
  const file = join(folder, 'head.pth')
  writeFileSync(file, writeCheckpoint(shapes.map(([name, shape]) => [name, tensor(shape)])))
  const params = {
    num_classes: classes,
    modalities: [...modalities, 'bbox_ctx', 'img_uid'],
    input_dims: [width, width, 4, 1],
    hidden_dim: hidden,
    gate_hidden_dim: gateHidden,
    graph_k: 8,
    graph_alpha: 0.5,
  }
  const config = join(folder, 'head.json')
  writeFileSync(config, JSON.stringify({ model: { name: 'context_graph_fusion_classifier', params } }))
  return { file, config }
}

function writeStudents(folder: string): StudentBatchInput {
  const random = seededRandom(8)
  const rows = Uint32Array.from({ length: students }, (_, row) => row)
  const vectors = modalities.map((name) => {
    const file = join(folder, `${name}.bin`)
    const values = Float32Array.from({ length: students * width }, () => random() - 0.5)
    writeFileSync(file, new Uint8Array(values.buffer))
    return { name, file, width, dtype: 'f4', rows }
  })
  return {
    vectors,
    boxesNormalised: Float64Array.from({ length: students * 4 }, () => random()),
    sceneOffsets: Uint32Array.from({ length: students / perScene + 1 }, (_, scene) => scene * perScene),
  }
}

/** Seconds of one run through the compute process, vectors read from the disk and logits brought back included. */
async function oursSeconds(compute: ComputeClient, folder: string, input: StudentBatchInput): Promise<number> {
  const model = { file: join(folder, 'head.pth'), config: join(folder, 'head.json'), chosen: {}, hasBoxes: true }
  const start = performance.now()
  let told = 0
  for await (const message of compute.models.predict({ model, device: 'cpu', students: input })) {
    if (message.kind === 'batch') told += message.count
  }
  if (told !== students) throw new Error(`${told} of ${students} students were predicted`)
  return (performance.now() - start) / 1000
}

function torchSeconds(python: string): number[] {
  const program = resolve(import.meta.dirname, 'heads-torch.py')
  const output = execFileSync(python, [program, students, perScene, hidden, 1].map(String), { encoding: 'utf8' })
  return (JSON.parse(output) as { readonly seconds: number[] }).seconds
}

/** C+Spatial on the CPU: students a second through the compute process, and time against PyTorch's, by turns. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  const compute = createComputeClient({ fork: forkWithNode(join(root, 'out', 'main', 'compute.js')) })
  try {
    writeHead(folder)
    const input = writeStudents(folder)
    const python = findPython('torch')
    await oursSeconds(compute, folder, input)
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      ours.push(await oursSeconds(compute, folder, input))
      if (python !== null) theirs.push(...torchSeconds(python))
    }
    const seconds = median(ours)
    const detail = `${students} students in scenes of ${perScene}, 2 × ${width}, hidden ${hidden}, median of ${rounds}`
    const ratioName = 'C+Spatial: time against PyTorch scene by scene'
    return [
      atLeast('C+Spatial on the CPU', Math.round(students / seconds), 'students/s', bars.perSecond, detail),
      python === null
        ? notRun(ratioName, 'ratio', bars.ratio, withoutPython('torch'))
        : atMost(
            ratioName,
            seconds / median(theirs),
            'ratio',
            bars.ratio,
            `${Math.round(seconds * 1000)} ms against ${Math.round(median(theirs) * 1000)} ms`,
          ),
    ]
  } finally {
    await compute.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
