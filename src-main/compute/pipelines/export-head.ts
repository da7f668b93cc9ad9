import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import type { ConfigMapping, ConfigValue } from '#main/codecs/yaml/config-value.ts'
import { writeConfig } from '#main/codecs/yaml/write-config.ts'
import { readFailure } from '#main/exchange/files.ts'
import { stageFile } from '#main/exchange/write-atomically.ts'
import type { StagedFile } from '#main/exchange/write-atomically.ts'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'
import { modelSection } from '#main/onnx/model-section.ts'
import { stateDict } from '#main/training/head-state.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { HeadExport } from '#shared/contract/models.ts'
import type { ModelSource } from '../protocol.ts'
import { withHead } from './load-head.ts'
import type { OpenedHead } from './load-head.ts'

export interface ExportHeadInput {
  readonly model: ModelSource
  readonly format: 'onnx' | 'pth'
  /** Absolute. */
  readonly out: string
  readonly version: string
  readonly classNames: readonly string[]
}

/** A file to write, in its final form. */
interface NewFile {
  readonly file: string
  readonly bytes: Uint8Array
}

/**
 * Writes a head as a standalone `.onnx` (weights inside, any number of students per run), or as a flat state dict in torch's form with the
 * `model` section of its config as `config.yaml` beside it. A user's `.onnx` is copied as it is. All files are written or none.
 *
 * Throws AppError `export.no-checkpoint`, `export.config-differs`, `export.write-failed`, and what loading the head throws.
 */
export async function exportHead(input: ExportHeadInput, signal: AbortSignal): Promise<HeadExport> {
  const files = filesOf(input)
  const staged: StagedFile[] = []
  try {
    for (const file of files) staged.push(await stage(file, signal))
    for (const one of staged) await one.commit()
  } catch (error) {
    await Promise.all(staged.map((one) => one.discard()))
    throw error
  }
  const [head] = staged
  return { files: files.map(({ file }) => file), sha256: head!.sha256, bytes: head!.bytes }
}

async function stage({ file, bytes }: NewFile, signal: AbortSignal): Promise<StagedFile> {
  const staging = stageFile(file, [bytes], 'export.write-failed', signal)
  for (;;) {
    const next = await staging.next()
    if (next.done) return next.value
  }
}

function filesOf({ model, format, out, version, classNames }: ExportHeadInput): NewFile[] {
  if (model.file.toLowerCase().endsWith('.onnx')) return [{ file: out, bytes: ownOnnx(model.file, format) }]
  return withHead(model, (head) => {
    const { bytes } = buildHeadModel(head.config, head.tensors, { file: model.file, version, classNames })
    if (format === 'onnx') return [{ file: out, bytes }]
    const config = new TextEncoder().encode(writeConfig({ model: sectionOf(head) }))
    return [{ file: out, bytes: checkpointOf(head) }, ...configBeside(out, config)]
  })
}

function ownOnnx(file: string, format: 'onnx' | 'pth'): Uint8Array {
  if (format === 'pth') {
    throw new AppError(
      'export.no-checkpoint',
      `${file} is an ONNX model of your own: it has no checkpoint that RAFNet could load. Export it as .onnx.`,
      { file },
    )
  }
  try {
    return readFileSync(file)
  } catch (error) {
    throw readFailure(file, error)
  }
}

/** Building the graph has checked every weight by then; BatchNorm's step counter, which old files lack, is 0 there. */
function checkpointOf({ config, tensors }: OpenedHead): Uint8Array {
  const specs = expectedWeights(config)
  const counter = specs.find(({ role }) => role === 'counter')
  const steps = (counter && tensors.get(counter.name)?.toFloat32()[0]) ?? 0
  const weights = specs
    .filter(({ role }) => role !== 'counter')
    .map(({ name }) => [name, tensors.get(name)!.toFloat32()] as const)
  return writeCheckpoint(stateDict(config, new Map(weights), steps))
}

function sectionOf({ config }: OpenedHead): ConfigMapping {
  const { name, params } = modelSection(config)
  const plain = (value: (typeof params)[string]): ConfigValue => (typeof value === 'object' ? [...value] : value)
  return { name, params: Object.fromEntries(Object.entries(params).map(([key, value]) => [key, plain(value)])) }
}

/** Another head's config must not become this one's, nor this one's another's. */
function configBeside(out: string, bytes: Uint8Array): NewFile[] {
  const file = join(dirname(out), 'config.yaml')
  if (!existsSync(file)) return [{ file, bytes }]
  try {
    if (readFileSync(file).equals(bytes)) return [{ file, bytes }]
  } catch (error) {
    throw readFailure(file, error)
  }
  throw new AppError(
    'export.config-differs',
    `${file} belongs to another model and stays as it is. Choose a folder of its own for this head.`,
    { file },
  )
}
