import { AppError } from '#shared/contract/app-error.ts'
import type { TensorShapes } from './architectures/architecture.ts'
import type { HeadConfig, Modality } from './architectures/config.ts'
import type { ParameterTable } from './architectures/parameter.ts'
import { architectureFor } from './architectures/registry.ts'
import { parseHeadConfig } from './head-config.ts'
import type { ResolvedHead } from './head-config.ts'
import { familyFromWeights, fusedModalitiesFromWeights, inferHeadConfig } from './infer-head-config.ts'
import type { InferenceClues } from './infer-head-config.ts'

/**
 * A checkpoint's configuration: the one that lies beside it where there is one, checked against the weights, else what
 * the weights and the documented defaults tell.
 *
 * @throws AppError whatever parseHeadConfig and inferHeadConfig throw; head.family-mismatch, head.class-count,
 *   head.shape-mismatch, head.modality-order where config and checkpoint disagree
 */
export function resolveHead(
  tensors: TensorShapes,
  config: { readonly value: unknown; readonly file: string } | null,
  clues: InferenceClues,
): ResolvedHead {
  if (config === null) return inferHeadConfig(tensors, clues)
  const resolved = parseHeadConfig(config.value, { file: config.file })
  checkAgreement(resolved.config, tensors, { config: config.file, checkpoint: clues.file })
  return resolved
}

interface Files {
  readonly config: string
  readonly checkpoint: string
}

function checkAgreement(config: HeadConfig, tensors: TensorShapes, files: Files): void {
  const family = familyFromWeights(tensors)
  if (family !== null && family !== config.family) {
    throw disagreement('head.family-mismatch', 'name', config.family, family, files)
  }
  const classes = (tensors.get('fusion.4.weight') ?? tensors.get('classifier.4.weight'))?.shape[0]
  if (classes !== undefined && classes !== config.classes) {
    throw disagreement('head.class-count', 'num_classes', config.classes, classes, files)
  }
  const { parameters, parametersFromWeights, fusedModalities } = architectureFor(config)
  checkModalities(fusedModalities(config), fusedModalitiesFromWeights(tensors), tensors, files)
  const told = parametersFromWeights(tensors)
  for (const [name, { key }] of Object.entries<ParameterTable[string]>(parameters)) {
    const configured = (config.parameters as Readonly<Record<string, unknown>>)[name]
    const found = told[name]
    if (typeof found === 'number' && typeof configured === 'number' && found !== configured) {
      throw disagreement('head.shape-mismatch', key, configured, found, files)
    }
  }
}

function checkModalities(
  configured: readonly Modality[],
  found: readonly Modality[],
  tensors: TensorShapes,
  files: Files,
): void {
  for (const { name, width } of configured) {
    const match = found.find((modality) => modality.name === name)
    if (match !== undefined && match.width !== width) {
      throw disagreement('head.shape-mismatch', `input_dims of ${name}`, width, match.width, files)
    }
  }
  const listed = found.map(({ name }) => name)
  const wanted = configured.map(({ name }) => name)
  const sameNames = listed.length === wanted.length && wanted.every((name) => listed.includes(name))
  if (!sameNames || wanted.join() === listed.join() || isSorted([...tensors.keys()])) return
  throw disagreement('head.modality-order', 'modalities', wanted.join(', '), listed.join(', '), files)
}

/** A file whose keys are sorted was written again by some tool, so that its order tells nothing about the modalities'. */
const isSorted = (names: readonly string[]): boolean =>
  names.every((name, index) => index === 0 || names[index - 1]! < name)

function disagreement(
  code: string,
  parameter: string,
  configured: string | number,
  found: string | number,
  files: Files,
): AppError {
  return new AppError(
    code,
    `In ${files.config}, ${parameter} is ${configured}, but the weights of ${files.checkpoint} say ${found}. Choose the config that belongs to this checkpoint, or load it without one.`,
    { file: files.checkpoint, config: files.config, parameter, configured, found },
  )
}
