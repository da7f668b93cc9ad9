import { firstNonFinite } from '#main/codecs/torch/check-finite.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { WeightTensor, WeightTensors } from '../weight.ts'
import type { ParameterSpec } from './extractor.ts'

/** What a network needs of a checkpoint. */
export interface ExpectedWeights {
  /** For sentences: `ConvNeXt`. */
  readonly title: string
  readonly parameters: readonly ParameterSpec[]
  isSpare(name: string): boolean
}

const floatTypes: readonly string[] = ['float32', 'float16', 'bfloat16', 'float64']
const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? 'a single number' : shape.join(' × '))

/**
 * Checks that a checkpoint holds exactly what its network needs, beside spare parameters, with the sizes that belong together.
 * Reads no values.
 *
 * @throws AppError weights.tensor-missing, weights.tensor-unexpected, weights.shape-mismatch, weights.type-unsupported
 */
export function checkWeightShapes(expected: ExpectedWeights, tensors: WeightTensors, file: string): void {
  for (const spec of expected.parameters) checkShape(expected, spec, tensors.get(spec.name), file)
  const names = new Set(expected.parameters.map(({ name }) => name))
  const unexpected = [...tensors.keys()].filter((name) => !names.has(name) && !expected.isSpare(name))
  if (unexpected.length === 0) return
  const more = unexpected.length > 1 ? ` and ${unexpected.length - 1} more` : ''
  throw new AppError(
    'weights.tensor-unexpected',
    `${file} looks like a ${expected.title} but holds ${unexpected[0]!}${more}, which Lectern's ${expected.title} does not have: the results would not be this network's. Use weights of the plain ${expected.title}.`,
    { file, network: expected.title, parameters: unexpected.slice(0, 20) },
  )
}

function checkShape(
  { title }: ExpectedWeights,
  spec: ParameterSpec,
  tensor: WeightTensor | undefined,
  file: string,
): void {
  const { name, shape } = spec
  if (!tensor) {
    throw new AppError(
      'weights.tensor-missing',
      `${file} looks like a ${title} but lacks ${name}. Use the whole file as it was published, or save the whole state dict.`,
      { file, network: title, parameter: name },
    )
  }
  if (tensor.shape.length !== shape.length || shape.some((size, axis) => size !== tensor.shape[axis] || size === 0)) {
    const [wanted, found] = [shapeText(shape), shapeText(tensor.shape)]
    throw new AppError(
      'weights.shape-mismatch',
      `${name} in ${file} is ${found}, but the rest of this ${title} needs ${wanted}. Use the whole file as it was published.`,
      { file, network: title, parameter: name, expected: wanted, found },
    )
  }
  if (!floatTypes.includes(tensor.dtype)) {
    throw new AppError(
      'weights.type-unsupported',
      `${name} in ${file} holds ${tensor.dtype} numbers. Use weights of float32, float16 or bfloat16.`,
      { file, parameter: name, type: tensor.dtype },
    )
  }
}

/**
 * Reads every needed value once and refuses what would make vectors of NaN.
 *
 * @throws AppError weights.not-finite, weights.variance-negative, and those of reading a damaged file
 */
export function checkWeightValues({ parameters }: ExpectedWeights, tensors: WeightTensors, file: string): void {
  for (const { name } of parameters) {
    const values = tensors.get(name)!.toFloat32()
    const broken = firstNonFinite(values)
    if (broken >= 0) {
      throw new AppError(
        'weights.not-finite',
        `${name} in ${file} holds ${values[broken]!} at position ${broken}: the training that wrote it diverged, or the file is damaged. Use another copy or another checkpoint.`,
        { file, parameter: name, position: broken, value: String(values[broken]) },
      )
    }
    if (name.endsWith('.running_var') && values.some((value) => value < 0)) {
      throw new AppError(
        'weights.variance-negative',
        `${name} in ${file} holds a negative variance, so the file is damaged. Use another copy.`,
        { file, parameter: name },
      )
    }
  }
}
