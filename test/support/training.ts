import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSession } from '#main/compute/sessions/model-session.ts'
import { loadRuntime } from '#main/compute/sessions/runtime.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import type { TrainingRows } from '#main/training/evaluate-logits.ts'
import { graphNames } from '#main/training/graph/graph-names.ts'
import type { Values } from '#main/training/head-state.ts'
import { smoothedTargets } from '#main/training/losses/smoothed-targets.ts'
import { floats } from '#main/training/training-session.ts'
import type { SessionTensors, TrainingSession } from '#main/training/training-session.ts'
import { readRows, readWeights } from './heads.ts'
import type { FeatureRows } from './heads.ts'

/** A graph in ONNX Runtime on the CPU. */
export const cpuSession = async (model: Uint8Array): Promise<TrainingSession> =>
  openSession(await loadRuntime(), model, { provider: 'cpu', onlyProvider: false })

/** Training steps as PyTorch made them. */
export interface TrainingFixture {
  readonly config: HeadConfig
  readonly loss: { readonly gamma: number; readonly label_smoothing: number }
  readonly classWeights: readonly number[]
  readonly optimizer: { readonly lr: number; readonly weight_decay: number }
  readonly gradientClip: number
  readonly gradientNorms: Readonly<Record<string, number>>
  readonly history: readonly { readonly loss: number; readonly grad_norm: number }[]
  readonly evaluationLogits: readonly (readonly number[])[] | null
  readonly weights: Values
}

export function readTrainingFixture(folder: string, name: string): TrainingFixture {
  const file = `${name}.json`
  const value = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>
  const weights = value['class_weights'] as
    readonly number[] | { readonly method: string; readonly values: readonly number[] }
  return {
    config: parseHeadConfig({ model: value['model'] }, { file }).config,
    loss: value['loss'] as TrainingFixture['loss'],
    classWeights: 'method' in weights ? weights.values : weights,
    optimizer: value['optimizer'] as TrainingFixture['optimizer'],
    gradientClip: value['grad_clip'] as number,
    gradientNorms: value['first_step_grad_l2'] as TrainingFixture['gradientNorms'],
    history: value['history'] as TrainingFixture['history'],
    evaluationLogits: (value['eval_logits_after'] ?? null) as TrainingFixture['evaluationLogits'],
    weights: readValues(join(folder, `${name}_init.pth`)),
  }
}

export const readValues = (file: string): Values =>
  new Map([...readWeights(file)].map(([name, tensor]) => [name, tensor.toFloat32()]))

/** The first `count` rows of a feature pickle with RAFNet's pseudo-modalities. */
export function trainingRows(file: string, count?: number): TrainingRows {
  const rows = readRows(file)
  return firstRows(rows, count ?? rows.count)
}

function firstRows(rows: FeatureRows, count: number): TrainingRows {
  const scenes = Int32Array.from(rows.scenes.slice(0, count))
  const columns = [...rows.columns].map(
    ([name, { width, values }]) => [name, { width, values: values.slice(0, count * width) }] as const,
  )
  return {
    count,
    columns: new Map([...columns, ['img_uid', { width: 1, values: Float32Array.from(scenes) }] as const]),
    labels: Int32Array.from(rows.labels.slice(0, count)),
    scenes,
  }
}

/** The inputs of a step graph that stay the same. */
export function columnFeeds(
  rows: TrainingRows,
  modalities: readonly string[],
  weights: readonly number[],
  smoothing: number,
): SessionTensors {
  const targets = smoothedTargets(rows.labels, weights, smoothing)
  return {
    [graphNames.targets]: floats(targets, [rows.count, weights.length]),
    ...Object.fromEntries(
      modalities.map((name) => {
        const { width, values } = rows.columns.get(name)!
        return [graphNames.modality(name), floats(values, [rows.count, width])]
      }),
    ),
  }
}
