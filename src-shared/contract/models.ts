import { z } from 'zod'
import type { ErrorDetails } from './app-error.ts'
import { call } from './procedure.ts'
import { device, id, name, nothing, path } from './schemas.ts'

export interface ModelModality {
  readonly name: string
  readonly width: number
  /** `feature` vectors are fused; `box` is RAFNet's bbox_ctx, `scene` its img_uid. */
  readonly role: 'feature' | 'box' | 'scene'
}

/** A parameter of a head and where its value comes from, so that nothing is assumed in silence. */
export interface Assumption {
  readonly parameter: string
  readonly value: string
  readonly origin: 'config' | 'checkpoint' | 'default' | 'chosen'
}

export interface ModelInfo {
  readonly id: number
  readonly name: string
  readonly file: string
  readonly sha256: string
  /** RAFNet's family name, or `onnx` for a head of the user's own. */
  readonly family: string
  readonly classes: number
  readonly modalities: readonly ModelModality[]
  readonly assumptions: readonly Assumption[]
  readonly createdAt: string
}

export interface ProviderReport {
  /** Name that ONNX Runtime uses, as `cuda` or `cpu`. */
  readonly provider: string
  readonly available: boolean
  /** Whether its probe really ran and agreed with the CPU. */
  readonly runs: boolean
  /** Why it runs or does not, naming a missing library. */
  readonly reason: string
  /** Stable code of the reason, as `provider.library-absent`, and what it names. */
  readonly code: string
  readonly details: ErrorDetails
  /** How to get what is missing, or null. */
  readonly remedy: string | null
  readonly maxRelativeDifference: number | null
  readonly msPerStudent: number | null
  readonly studentsPerSecond: number | null
}

export interface ProviderPanel {
  /** The provider that `auto` uses now. */
  readonly chosen: string
  readonly reports: readonly ProviderReport[]
  readonly runtimeVersion: string
  readonly warmUpRuns: number
  readonly timedRuns: number
}

export interface RunInfo {
  readonly id: number
  readonly modelId: number
  readonly name: string
  /** Only some scenes were asked for: such a run is never taken for the newest of the project. */
  readonly partial: boolean
  /** The execution provider that really ran. */
  readonly provider: string
  readonly providerReason: string
  readonly appVersion: string
  readonly students: number
  readonly msPerStudent: number
  readonly createdAt: string
  /** `scene` or `rafnet:<rows>`. */
  readonly batching: string
  readonly omitted: readonly { readonly code: string; readonly reason: string; readonly count: number }[]
  /** Names of fused modalities, for the gate split: [modalities]. */
  readonly gateModalities: readonly string[]
}

export interface HeadExport {
  /** Files written, absolute; the head itself first. */
  readonly files: readonly string[]
  readonly sha256: string
  readonly bytes: number
}

/** One student of a run, for lists that leave Lectern: `predict --json` prints them in import order. */
export interface PredictionRow {
  readonly scene: string
  readonly bboxId: string
  readonly classIndex: number
  readonly logits: readonly number[]
}

const source = z.object({ file: path, config: path.nullable().default(null) })
/** Values the user chose for what neither checkpoint nor config says, by RAFNet's parameter name. */
const chosen = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).default({})

export const models = {
  list: call(nothing)<readonly ModelInfo[]>(),
  /** Reads a checkpoint or .onnx and says what it would be, without keeping it. */
  inspect: call(source.extend({ chosen }))<Omit<ModelInfo, 'id' | 'createdAt'>>(),
  add: call(source.extend({ chosen, name: name.nullable().default(null) }))<ModelInfo>(),
  /** Every trained seed of a RAFNet run folder (its `seed_<n>` folders), named `<folder> seed 41`; all or none. */
  addRunFolder: call(z.object({ folder: path }))<readonly ModelInfo[]>(),
  remove: call(z.object({ modelId: id }))<null>(),
  /** A head as a standalone `.onnx`, or as a `.pth` with its `config.yaml` beside it that RAFNet's own code loads. */
  exportHead: call(z.object({ modelId: id, format: z.enum(['onnx', 'pth']), out: path }))<HeadExport>(),
  runs: call(nothing)<readonly RunInfo[]>(),
  /** Runs a model on all scenes, or on those named; the answer comes when the job ends. */
  predict: call(
    z.object({
      modelId: id,
      sceneIds: z.array(id).nullable().default(null),
      name: name.nullable().default(null),
      device,
      /** `scene`, or `rafnet:128` for consecutive rows as RAFNet's own evaluation forwards them; recorded with the run. */
      batching: z
        .string()
        .regex(/^(scene|rafnet:[1-9]\d{0,4})$/)
        .default('scene'),
    }),
  )<RunInfo>(),
  /** Every prediction of a run, in import order. */
  predictions: call(z.object({ runId: id }))<readonly PredictionRow[]>(),
  providers: call(nothing)<ProviderPanel>(),
}
