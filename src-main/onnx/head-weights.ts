import { AppError } from '#shared/contract/app-error.ts'
import type { WeightSpec } from './architectures/architecture.ts'
import type { HeadConfig } from './architectures/config.ts'
import { architectureFor } from './architectures/registry.ts'
import type { HeadTensor, HeadTensors } from './head-tensor.ts'

/** The state dict that a config asks for, in PyTorch's order. */
export const expectedWeights = (config: HeadConfig): readonly WeightSpec[] => architectureFor(config).weights(config)

const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? 'a single number' : shape.join(' × '))

/**
 * Checks that a checkpoint holds exactly the weights a config asks for, with their shapes, and finite.
 *
 * @throws AppError head.weight-missing, head.weight-unexpected, head.class-count, head.shape-mismatch,
 *   head.weights-not-finite, head.variance-negative
 */
export function checkHeadWeights(config: HeadConfig, tensors: HeadTensors, source: { readonly file: string }): void {
  const expected = expectedWeights(config)
  for (const spec of expected) checkTensor(config, spec, tensors.get(spec.name), source.file)
  const names = new Set(expected.map(({ name }) => name))
  const unexpected = [...tensors.keys()].filter((name) => !names.has(name))
  if (unexpected.length > 0) {
    throw new AppError(
      'head.weight-unexpected',
      `${source.file} holds ${unexpected[0]!}, which a ${config.family} with this configuration does not have. Choose the config that belongs to this checkpoint, or load it without one.`,
      { file: source.file, family: config.family, parameters: unexpected },
    )
  }
}

function checkTensor(config: HeadConfig, spec: WeightSpec, tensor: HeadTensor | undefined, file: string): void {
  if (tensor === undefined) {
    if (spec.role === 'counter') return
    throw new AppError(
      'head.weight-missing',
      `${file} lacks ${spec.name}, which a ${config.family} with this configuration needs. Choose the config that belongs to this checkpoint, or load it without one.`,
      { file, family: config.family, parameter: spec.name },
    )
  }
  checkShape(config, spec, tensor, file)
  if (spec.role !== 'counter') checkValues(spec, tensor, file)
}

/** The classifier's last layer: its first size is the number of classes. */
const decidesClasses = (name: string): boolean => /^(fusion|classifier)\.4\.(weight|bias)$/.test(name)

function checkShape(config: HeadConfig, spec: WeightSpec, tensor: HeadTensor, file: string): void {
  const { name, shape } = spec
  if (shape.length === tensor.shape.length && shape.every((size, axis) => size === tensor.shape[axis])) return
  const details = { file, parameter: name, expected: shapeText(shape), found: shapeText(tensor.shape) }
  if (decidesClasses(name) && tensor.shape[0] !== config.classes) {
    throw new AppError(
      'head.class-count',
      `${file} tells ${tensor.shape[0] ?? 0} classes apart (${name}), but ${config.classes} are configured (num_classes). Choose the config that belongs to this checkpoint, or a checkpoint for ${config.classes} classes.`,
      details,
    )
  }
  throw new AppError(
    'head.shape-mismatch',
    `${name} in ${file} is ${details.found}, but this configuration needs ${details.expected}. Choose the config that belongs to this checkpoint, or load it without one.`,
    details,
  )
}

function checkValues(spec: WeightSpec, tensor: HeadTensor, file: string): void {
  const values = tensor.toFloat32()
  const broken = values.findIndex((value) => !Number.isFinite(value))
  if (broken !== -1) {
    throw new AppError(
      'head.weights-not-finite',
      `${spec.name} in ${file} holds ${values[broken]!} at position ${broken}: the training run that wrote it diverged. Use another checkpoint, such as an earlier epoch or another seed.`,
      { file, parameter: spec.name, position: broken, value: String(values[broken]) },
    )
  }
  if (spec.name.endsWith('.running_var') && values.some((value) => value < 0)) {
    throw new AppError(
      'head.variance-negative',
      `${spec.name} in ${file} holds a negative variance, so the file is damaged. Use another copy of the checkpoint.`,
      { file, parameter: spec.name },
    )
  }
}
