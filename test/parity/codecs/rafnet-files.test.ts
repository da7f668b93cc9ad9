import { closeSync, fstatSync, globSync, openSync, readSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { positionedSource } from '#main/codecs/bytes/byte-source.ts'
import type { ByteSource } from '#main/codecs/bytes/byte-source.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { checkFinite } from '#main/codecs/torch/check-finite.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden')
const reason = rafnetFolder ? '' : ` (${withoutRafnet})`
const real = (name: string): string => join(rafnetFolder ?? '', name)

function withSource<Result>(path: string, use: (source: ByteSource) => Result): Result {
  const descriptor = openSync(path, 'r')
  try {
    const readAt = (target: Uint8Array, offset: number): number =>
      readSync(descriptor, target, 0, target.byteLength, offset)
    return use(positionedSource(fstatSync(descriptor).size, readAt))
  } finally {
    closeSync(descriptor)
  }
}

function entry(value: PickleValue, ...path: readonly string[]): PickleValue {
  return path.reduce<PickleValue>((inner, key) => (inner instanceof Map ? (inner.get(key) ?? null) : null), value)
}

const readFeatures = (path: string): PickleValue => withSource(path, (source) => readPickle(source, { file: path }))

describe('feature pickles', () => {
  it.skipIf(!rafnetFolder)(`the authors' demo features${reason}`, () => {
    const value = readFeatures(real('features.pkl'))
    expect(value instanceof Map && [...value.keys()]).toEqual(['grouprec', 'convnext', 'labels', 'metadata', 'context'])
    for (const modality of ['grouprec', 'convnext']) {
      const vectors = entry(value, modality)
      if (!Array.isArray(vectors)) throw new Error('no list')
      expect(vectors).toHaveLength(151)
      for (const vector of vectors) {
        if (!(vector instanceof NdArray)) throw new Error('no array')
        expect([vector.dtype.descriptor, vector.shape]).toEqual(['<f4', [1024]])
        expect(vector.data.buffer).toBe(vector.bytes.buffer)
      }
    }
    const first = entry(value, 'grouprec')
    const vector = Array.isArray(first) ? first[0] : null
    expect(vector instanceof NdArray && [...vector.toFloat64().slice(0, 3)]).toEqual([
      -2.8393659591674805, -3.106152057647705, -1.0607794523239136,
    ])
    const labels = entry(value, 'labels')
    if (!Array.isArray(labels)) throw new Error('no labels')
    const counts = new Map<unknown, number>()
    for (const label of labels) {
      if (!(label instanceof NumpyScalar)) throw new Error('no scalar')
      counts.set(label.value, (counts.get(label.value) ?? 0) + 1)
    }
    expect([counts.get(3), counts.get(4)]).toEqual([2, 3])
    const paths = entry(value, 'metadata', 'img_paths')
    expect(Array.isArray(paths) && paths.filter((path) => path === 'images/166.jpg')).toHaveLength(60)
  })

  it('the golden features', () => {
    const value = readFeatures(join(golden, 'features.pkl'))
    const paths = entry(value, 'metadata', 'img_paths')
    expect(Array.isArray(paths) && paths.length).toBe(27)
  })
})

describe('checkpoints', () => {
  const folders = [golden, ...(rafnetFolder ? [rafnetFolder] : [])]
  const files = folders.flatMap((folder) => globSync(join(folder, '**/*.{pth,pth.tar}')).sort())

  it.each(files.map((path) => [path.replace(/^.*\/(?=[^/]+\/[^/]+$)/, ''), path]))(
    '%s holds finite tensors',
    (name, path) => {
      withSource(path, (source) => {
        const { tensors } = readCheckpoint(source, { file: name })
        expect(tensors.size).toBeGreaterThanOrEqual(13)
        checkFinite(tensors, name)
        for (const tensor of tensors.values()) {
          const range = tensor.fileRange!
          const raw = source.read(range.offset, range.length)
          const { buffer, byteOffset, byteLength } = tensor.data
          expect(Buffer.compare(raw, new Uint8Array(buffer, byteOffset, byteLength))).toBe(0)
        }
      })
    },
  )

  it.skipIf(!rafnetFolder)(`the authors' trained head${reason}`, () => {
    withSource(real('convnext_only_seed_43.pth'), (source) => {
      const { tensors } = readCheckpoint(source, { file: 'convnext_only_seed_43.pth' })
      expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
        ['norms.convnext.weight', 'float32', [1024]],
        ['norms.convnext.bias', 'float32', [1024]],
        ['projections.convnext.weight', 'float32', [256, 1024]],
        ['projections.convnext.bias', 'float32', [256]],
        ['fusion.0.weight', 'float32', [256, 256]],
        ['fusion.0.bias', 'float32', [256]],
        ['fusion.1.weight', 'float32', [256]],
        ['fusion.1.bias', 'float32', [256]],
        ['fusion.1.running_mean', 'float32', [256]],
        ['fusion.1.running_var', 'float32', [256]],
        ['fusion.1.num_batches_tracked', 'int64', []],
        ['fusion.4.weight', 'float32', [5, 256]],
        ['fusion.4.bias', 'float32', [5]],
      ])
    })
  })
})
