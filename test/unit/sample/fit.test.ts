import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { createParameters } from '../../../scripts/sample/fit/heads.ts'
import type { HeadShape, Rows } from '../../../scripts/sample/fit/heads.ts'
import { matrix } from '../../../scripts/sample/fit/tape.ts'
import type { Matrix } from '../../../scripts/sample/fit/tape.ts'
import { createState, defaultPlan, predictLogits, trainStep } from '../../../scripts/sample/fit/train-head.ts'
import { createRandom } from '../../../scripts/sample/random.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden')
const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(resolve(golden, file)))
const json = (file: string): Golden => JSON.parse(readFileSync(resolve(golden, file), 'utf8')) as Golden

interface Golden {
  readonly model: {
    readonly params: { readonly modalities: string[]; readonly hidden_dim: number; readonly graph_k?: number }
  }
  readonly logits: number[][]
  readonly class_weights: number[]
  readonly history: { readonly loss: number; readonly grad_norm: number }[]
}

type Dict = Map<PickleValue, PickleValue>
const features = readPickle(bytesOf('features.pkl'), { file: 'features.pkl' }) as Dict
const boxes = ((features.get('context') as Dict).get('bbox_cxcywh_norm') as NdArray).toFloat64()
const paths = (features.get('metadata') as Dict).get('img_paths') as string[]
const labels = (features.get('labels') as NdArray).toValues().map(Number)

/** The vectors of a modality, which is one array or a list of them. */
function vectorsOf(modality: string): readonly Float64Array[] {
  const stored = features.get(modality)
  if (Array.isArray(stored)) return stored.map((vector) => (vector as NdArray).toFloat64())
  const array = stored as NdArray
  const [rows, width] = array.shape
  return Array.from({ length: rows! }, (_, row) => array.toFloat64().subarray(row * width!, (row + 1) * width!))
}

/** Rows `from` to `to` of the golden features. */
function goldenRows(from: number, to: number): Rows & { readonly labels: readonly number[] } {
  const part = (name: string): Matrix => {
    const vectors = vectorsOf(name).slice(from, to)
    return matrix(to - from, vectors[0]!.length, Float64Array.from(vectors.flatMap((vector) => [...vector])))
  }
  const rows = Array.from({ length: to - from }, (_, index) => from + index)
  return {
    features: { grouprec: part('grouprec'), convnext: part('convnext') },
    centres: matrix(rows.length, 2, Float64Array.from(rows.flatMap((row) => [boxes[4 * row]!, boxes[4 * row + 1]!]))),
    photos: rows.map((row) => paths.indexOf(paths[row]!)),
    labels: labels.slice(from, to),
  }
}

function parametersOf(file: string): Map<string, Matrix> {
  const { tensors } = readCheckpoint(bytesOf(file), { file })
  const kept = [...tensors].filter(([name]) => !name.endsWith('num_batches_tracked'))
  return new Map(
    kept.map(([name, tensor]) => {
      const [rows, columns] = tensor.shape.length === 2 ? tensor.shape : [1, tensor.length]
      return [name, matrix(rows!, columns!, tensor.toFloat64())]
    }),
  )
}

function shapeOf({ model: { params } }: Golden): HeadShape {
  const modalities = params.modalities.filter((name) => name === 'grouprec' || name === 'convnext')
  const widths = { inputWidth: 0, hidden: params.hidden_dim, gateHidden: 0, classes: 5 }
  return { modalities, ...widths, graphK: params.graph_k ?? 0, graphAlpha: 0.5, dropout: 0, gateDropout: 0 }
}

describe('the fitted heads’ mathematics', () => {
  test.each(['c_spatial', 'mlp_grouprec_convnext', 'mlp_grouprec'])('%s gives PyTorch’s logits', (name) => {
    const expected = json(`${name}.json`)
    const parameters = parametersOf(`${name}.pth`)
    for (let from = 0; from < paths.length;) {
      const to = from + paths.filter((path) => path === paths[from]).length
      const { data, rows } = predictLogits(shapeOf(expected), parameters, goldenRows(from, to))
      expect(rows).toBe(to - from)
      for (const [index, logit] of expected.logits.slice(from, to).flat().entries()) {
        expect(data[index]).toBeCloseTo(logit, 5)
      }
      from = to
    }
  })

  test('ten training steps of C+Spatial follow PyTorch’s loss and gradient norm', () => {
    const expected = json('train_c_spatial.json')
    const state = createState(parametersOf('train_c_spatial_init.pth'))
    const plan = { ...defaultPlan, learningRate: 1e-3, weightDecay: 1e-3, gradientClip: 1 }
    for (const { loss, grad_norm: gradientNorm } of expected.history) {
      const step = trainStep(state, shapeOf(expected), goldenRows(0, 24), expected.class_weights, plan, createRandom(0))
      expect(step.loss).toBeCloseTo(loss, 4)
      expect(step.gradientNorm / gradientNorm).toBeCloseTo(1, 3)
    }
    expect(state.steps).toBe(expected.history.length)
  })

  test('a scene of one student has no neighbours and finite logits', () => {
    const shape: HeadShape = { ...shapeOf(json('c_spatial.json')), inputWidth: 24, gateHidden: 4 }
    const parameters = createParameters({ ...shape, modalities: ['convnext'] }, createRandom(1))
    const { data } = predictLogits({ ...shape, modalities: ['convnext'] }, parameters, goldenRows(0, 1))
    expect([...data].every(Number.isFinite)).toBe(true)
  })
})
