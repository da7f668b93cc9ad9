import { AppError } from '#shared/contract/app-error.ts'
import type { WeightTensor, WeightTensors } from '../weight.ts'

/**
 * The same weights, where asking for one that the file lacks ends as `weights.missing`: whatever a network needs and a
 * checkpoint does not hold is named.
 */
export class RequiredWeights extends Map<string, WeightTensor> {
  readonly #file: string
  readonly #family: string

  constructor(weights: WeightTensors, file: string, family: string) {
    super(weights)
    this.#file = file
    this.#family = family
  }

  override get(name: string): WeightTensor {
    const tensor = super.get(name)
    if (tensor) return tensor
    throw new AppError(
      'weights.missing',
      `${this.#file} lacks ${name}, which ${this.#family} needs. Download the file again from its authors, or choose another one.`,
      { file: this.#file, family: this.#family, parameter: name },
    )
  }
}
