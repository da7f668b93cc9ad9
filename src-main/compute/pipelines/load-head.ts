import { createHash } from 'node:crypto'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import type { HeadInput } from '#main/onnx/build-head-model.ts'
import type { HeadAssumption } from '#main/onnx/head-config.ts'
import type { HeadTensors } from '#main/onnx/head-tensor.ts'
import { resolveHead } from '#main/onnx/resolve-head.ts'
import type { Assumption, ModelModality } from '#shared/contract/models.ts'
import type { ModelSource } from '../protocol.ts'
import { applyChoices } from './apply-choices.ts'
import { withFileSource } from './file-source.ts'
import type { FedInput, LoadedModel, NeighbourRule } from './loaded-model.ts'
import { readModelConfig } from './model-config.ts'

/** A checkpoint with the configuration that it is run with. */
export interface OpenedHead {
  readonly config: HeadConfig
  readonly assumptions: readonly ChosenAssumption[]
  /** Where the configuration was read; null where the weights told it. */
  readonly configFile: string | null
  /** Read from the file as they are asked for, so only while `work` runs. */
  readonly tensors: HeadTensors
}

/**
 * Opens a RAFNet checkpoint while `work` runs: configuration from the file named, else from a config.yaml beside the checkpoint, else
 * from the weights; then whatever the user chose. Throws AppError `checkpoint.*`, `pickle.*`, `head.*`, `yaml.*`.
 */
export function withHead<Result>(source: ModelSource, work: (head: OpenedHead) => Result): Result {
  const { file, hasBoxes, modalities } = source
  const configuration = readModelConfig(source)
  return withFileSource(file, (bytes) => {
    const { tensors } = readCheckpoint(bytes, { file })
    const clues = { file, hasBoxes, ...(modalities ? { modalities } : {}) }
    const found = resolveHead(tensors, configuration, clues)
    return work({ ...applyChoices(found, source.chosen, file), configFile: configuration?.file ?? null, tensors })
  })
}

/** A RAFNet checkpoint as a graph ready to run. Throws as `withHead`. */
export function loadHead(source: ModelSource, sha256: string, rule: NeighbourRule): LoadedModel {
  const { file } = source
  return withHead(source, ({ config, assumptions, configFile, tensors }) => {
    const model = buildHeadModel(config, tensors, {
      file,
      version: '',
      withoutPeers: rule === 'photo' ? 'stay-alone' : 'use-other-scenes',
    })
    return {
      file,
      description: {
        sha256,
        family: config.family,
        classes: config.classes,
        modalities: describeModalities(config, model.inputs),
        gateModalities: model.gateModalities,
        assumptions: [
          ...(configFile === null ? [] : [{ parameter: 'config', value: configFile, origin: 'config' as const }]),
          ...assumptions.filter(({ trainingOnly }) => !trainingOnly).map(shown),
        ],
      },
      graphSha256: createHash('sha256').update(model.bytes).digest('hex'),
      graph: () => model.bytes,
      inputs: model.inputs.map(fedInput),
      output: { logits: 'logits', gate: model.outputs.includes('gate') ? 'gate' : null },
      hasNeighbours: model.outputs.includes('neighbours'),
      mixing: model.outputs.includes('neighbours') ? 'same-scene' : 'none',
      knowsPhotos: photoModality(config) !== null,
    }
  })
}

type ChosenAssumption = Omit<HeadAssumption, 'origin'> & { readonly origin: Assumption['origin'] }

const shown = ({ parameter, value, origin }: ChosenAssumption): Assumption => ({
  parameter,
  value: String(value),
  origin,
})

function fedInput({ name, kind, width }: HeadInput): FedInput {
  if (kind === 'scene') return { name, feed: { kind }, width, type: 'int64', rank: 1 }
  const feed = kind === 'boxes' ? ({ kind } as const) : ({ kind, modalities: [name] } as const)
  return { name, feed, width, type: 'float32', rank: 2 }
}

/** The modality that holds the photo's running index, where the head has it. */
function photoModality({ parameters, modalities }: HeadConfig): string | null {
  const name = 'imageIdModality' in parameters ? parameters.imageIdModality : 'img_uid'
  return modalities.some((modality) => modality.name === name) ? name : null
}

function describeModalities(config: HeadConfig, inputs: readonly HeadInput[]): ModelModality[] {
  const read = inputs
    .filter(({ kind }) => kind !== 'scene')
    .map(({ name, kind, width }): ModelModality => ({ name, width, role: kind === 'boxes' ? 'box' : 'feature' }))
  const photo = photoModality(config)
  return photo === null ? read : [...read, { name: photo, width: 1, role: 'scene' }]
}
