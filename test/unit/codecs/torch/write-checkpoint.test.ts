import { describe, expect, it } from 'vitest'
import type { WritableTensor } from '#main/codecs/torch/write-checkpoint.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import { expectedTensors, listTensors, torchFixture } from '../../../support/torch-fixtures.ts'

const file = 'written.pth'

describe('checkpoints that are written', () => {
  it('hold what another checkpoint held', () => {
    const { tensors } = readCheckpoint(torchFixture('zip'), { file })
    expect(listTensors(readCheckpoint(writeCheckpoint(tensors), { file }))).toEqual(expectedTensors)
  })

  it('put every storage at a multiple of 64 bytes', () => {
    const { tensors } = readCheckpoint(torchFixture('zip'), { file })
    for (const tensor of readCheckpoint(writeCheckpoint(tensors), { file }).tensors.values()) {
      expect(tensor.fileRange!.offset % 64).toBe(0)
    }
  })

  it('keep names of any letters and dimensions of any size', () => {
    const data = Float32Array.from({ length: 70_000 }, (_, index) => index)
    const tensors: [string, WritableTensor][] = [
      ['Gewichte é 日本', { dtype: 'float32', shape: [70_000], data }],
      ['', { dtype: 'float32', shape: [300, 0, 2], data: new Float32Array(0) }],
    ]
    const again = readCheckpoint(writeCheckpoint(tensors), { file }).tensors
    expect([...again.keys()]).toEqual(tensors.map(([name]) => name))
    expect(again.get('Gewichte é 日本')!.toFloat32()).toEqual(data)
    expect(again.get('')!.shape).toEqual([300, 0, 2])
  })

  it.each([
    ['a shape that does not fit', { dtype: 'float32', shape: [2, 2], data: new Float32Array(3) }],
    ['another type than its data', { dtype: 'float64', shape: [3], data: new Float32Array(3) }],
    ['a type that torch has no storage for', { dtype: 'uint64', shape: [1], data: new BigUint64Array(1) }],
  ] as [string, WritableTensor][])('%s is refused', (_name, tensor) => {
    expect(thrownAppError(() => writeCheckpoint([['w', tensor]])).code).toBe('checkpoint.not-writable')
  })
})
