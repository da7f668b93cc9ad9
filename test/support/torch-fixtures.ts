import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Checkpoint } from '#main/codecs/torch/read-checkpoint.ts'
import type { Tensor } from '#main/codecs/torch/tensor.ts'
import { floatText } from './describe-pickle.ts'

export const torchFixtures = resolve(import.meta.dirname, '../fixtures/torch')

export const torchFixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(torchFixtures, `${name}.pth`)))

export interface ListedTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly values: readonly string[]
}

/** What test/fixtures/torch/make.py saw in its tensors. */
export const expectedTensors = JSON.parse(readFileSync(join(torchFixtures, 'expected.json'), 'utf8')) as Readonly<
  Record<string, ListedTensor>
>

export function listTensor(tensor: Tensor): ListedTensor {
  const whole = !tensor.dtype.includes('float')
  const values = whole ? Array.from(tensor.data as BigInt64Array, String) : Array.from(tensor.toFloat64(), floatText)
  return { dtype: tensor.dtype, shape: tensor.shape, values }
}

export const listTensors = ({ tensors }: Checkpoint): Record<string, ListedTensor> =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [name, listTensor(tensor)]))
