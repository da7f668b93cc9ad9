import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import type { HeadModel } from '#main/onnx/build-head-model.ts'
import type { HeadTensors } from '#main/onnx/head-tensor.ts'

export const goldenFolder = resolve(import.meta.dirname, '../fixtures/golden')

/** A head with the logits PyTorch gives for the rows of its folder's features, [rows, classes]. */
export interface HeadFixture {
  readonly name: string
  readonly config: unknown
  readonly logits: Float32Array
  readonly tensors: HeadTensors
}

/** Rows of a feature pickle; `scenes` counts photos in order of first appearance. */
export interface FeatureRows {
  readonly count: number
  readonly columns: ReadonlyMap<string, { readonly width: number; readonly values: Float32Array }>
  readonly scenes: readonly number[]
  readonly labels: readonly number[]
}

export const headNames = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.startsWith('train_'))
    .map((file) => file.slice(0, -'.json'.length))

export function readWeights(file: string): HeadTensors {
  return readCheckpoint(readFileSync(file), { file }).tensors
}

export function readHead(folder: string, name: string): HeadFixture {
  const fixture = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as { readonly logits: number[][] }
  const tensors = readWeights(join(folder, `${name}.pth`))
  return { name, config: fixture, logits: Float32Array.from(fixture.logits.flat()), tensors }
}

export function readRows(file: string): FeatureRows {
  const root = readPickle(readFileSync(file), { file }) as ReadonlyMap<string, unknown>
  const metadata = root.get('metadata') as ReadonlyMap<string, unknown>
  const context = root.get('context') as ReadonlyMap<string, unknown>
  const paths = metadata.get('img_paths') as readonly string[]
  const photos = [...new Set(paths)]
  const columns = new Map([
    ...['grouprec', 'convnext'].map((name) => [name, column(root.get(name))] as const),
    ['bbox_ctx', column(context.get('bbox_cxcywh_norm'))] as const,
  ])
  return {
    count: paths.length,
    columns,
    scenes: paths.map((path) => photos.indexOf(path)),
    labels: numbers(root.get('labels')),
  }
}

function column(value: unknown): { readonly width: number; readonly values: Float32Array } {
  if (value instanceof NdArray) return { width: value.shape[1]!, values: value.toFloat32() }
  const rows = (value as readonly unknown[]).map(numbers)
  return { width: rows[0]!.length, values: Float32Array.from(rows.flat()) }
}

const numbers = (value: unknown): number[] =>
  value instanceof NdArray
    ? [...value.toFloat32()]
    : (value as readonly unknown[]).map((item) =>
        Number(typeof item === 'object' && item !== null && 'value' in item ? item.value : item),
      )

/** What a run gives, each output row-major. */
export type HeadOutputs = Readonly<
  Record<string, { readonly values: readonly number[]; readonly dimensions: readonly number[] }>
>

export interface RunningHead {
  /** Runs the chosen rows, in that order, as one batch; scene ids are the file's unless given. */
  readonly run: (rows: FeatureRows, chosen: readonly number[], scenes?: readonly number[]) => Promise<HeadOutputs>
}

/** A built head in ONNX Runtime on the CPU. */
export async function startHead(model: Pick<HeadModel, 'bytes' | 'inputs'>): Promise<RunningHead> {
  const session = await InferenceSession.create(model.bytes, { executionProviders: ['cpu'], logSeverityLevel: 3 })
  const run: RunningHead['run'] = async (rows, chosen, scenes = chosen.map((row) => rows.scenes[row]!)) => {
    const feeds = Object.fromEntries(
      model.inputs.map(({ name, kind }): [string, Tensor] => {
        if (kind === 'scene') return [name, new Tensor('int64', BigInt64Array.from(scenes, BigInt), [chosen.length])]
        const { width, values } = rows.columns.get(name)!
        const data = new Float32Array(chosen.length * width)
        for (const [to, from] of chosen.entries())
          data.set(values.subarray(from * width, (from + 1) * width), to * width)
        return [name, new Tensor('float32', data, [chosen.length, width])]
      }),
    )
    const results = await session.run(feeds)
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [
        name,
        { values: Array.from(tensor.data as ArrayLike<number | bigint>, Number), dimensions: tensor.dims },
      ]),
    )
  }
  return { run }
}

/** The logits of all rows with every scene forwarded on its own, in file order. */
export async function logitsSceneByScene(head: RunningHead, rows: FeatureRows): Promise<number[]> {
  const logits: number[][] = []
  for (const scene of new Set(rows.scenes)) {
    const chosen = rowsOfScene(rows, scene)
    const { values } = (await head.run(rows, chosen)).logits!
    const classes = values.length / chosen.length
    for (const [position, row] of chosen.entries())
      logits[row] = values.slice(position * classes, (position + 1) * classes)
  }
  return logits.flat()
}

export const rowsOfScene = (rows: FeatureRows, scene: number): number[] =>
  rows.scenes.flatMap((own, row) => (own === scene ? [row] : []))

export const allRows = (rows: FeatureRows): number[] => Array.from({ length: rows.count }, (_, row) => row)
