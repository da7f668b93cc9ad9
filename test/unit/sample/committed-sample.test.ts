import { loadImage } from '@napi-rs/canvas'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { photoPath } from '../../../scripts/sample/feature-file.ts'
import { sceneFeatures } from '../../../scripts/sample/features.ts'
import type { HeadShape } from '../../../scripts/sample/fit/heads.ts'
import { createParameters } from '../../../scripts/sample/fit/heads.ts'
import { appearanceShape, rowsOf, spatialShape } from '../../../scripts/sample/fit/sample-heads.ts'
import { matrix } from '../../../scripts/sample/fit/tape.ts'
import { predictClasses } from '../../../scripts/sample/fit/train-head.ts'
import { samplePlans } from '../../../scripts/sample/plans.ts'
import { createRandom } from '../../../scripts/sample/random.ts'
import { createScene } from '../../../scripts/sample/scene.ts'

const folder = resolve(import.meta.dirname, '../../../resources/sample')
const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(resolve(folder, file)))

type Dict = Map<PickleValue, PickleValue>
const pickle = readPickle(bytesOf('features.pkl'), { file: 'features.pkl' }) as Dict
const array = (dict: Dict, key: string): NdArray => {
  const value = dict.get(key)
  if (!(value instanceof NdArray)) throw new Error(`features.pkl holds no array "${key}"`)
  return value
}
const metadata = pickle.get('metadata') as Dict
const context = pickle.get('context') as Dict
const scenes = samplePlans.map(({ scene }) => createScene(scene))
const students = scenes.flatMap((scene) => scene.students)

describe('features.pkl', () => {
  test('holds the labels and vectors that the seeds give', () => {
    expect(array(pickle, 'labels').toValues().map(Number)).toEqual(students.map(({ behaviour }) => behaviour))
    const expected = scenes.flatMap(sceneFeatures)
    for (const modality of ['grouprec', 'convnext'] as const) {
      const stored = array(pickle, modality)
      expect(stored.shape).toEqual([students.length, 48])
      const wanted = expected.flatMap((one) => [...one[modality]])
      for (const [index, value] of stored.toFloat32().entries()) expect(value).toBeCloseTo(wanted[index]!, 4)
    }
  })

  test('every column has as many rows', () => {
    for (const key of ['img_paths', 'bbox_ids']) expect(metadata.get(key)).toHaveLength(students.length)
    for (const key of ['room_id', 'datetime_iso', 'group_key']) expect(context.get(key)).toHaveLength(students.length)
    for (const [key, width] of [
      ['bbox_xyxy_abs', 4],
      ['bbox_cxcywh_norm', 4],
      ['image_hw', 2],
    ] as const) {
      expect(array(context, key).shape).toEqual([students.length, width])
    }
    expect(new Set(metadata.get('bbox_ids') as string[]).size).toBe(students.length)
    expect(metadata.get('synthetic')).toBe(true)
  })

  test('boxes lie inside the pictures, upright and not tiny', () => {
    const boxes = array(context, 'bbox_xyxy_abs').toFloat32()
    for (let row = 0; row < students.length; row++) {
      const [x1, y1, x2, y2] = boxes.subarray(4 * row, 4 * row + 4)
      expect(x1).toBeGreaterThanOrEqual(0)
      expect(y1).toBeGreaterThanOrEqual(0)
      expect(x2).toBeLessThanOrEqual(1280)
      expect(y2).toBeLessThanOrEqual(720)
      expect(x2! - x1!).toBeGreaterThan(8)
      expect(y2! - y1!).toBeGreaterThan(8)
    }
  })
})

describe('images', () => {
  test('every photo named is there, 1280 × 720, and no other', async () => {
    expect(new Set(metadata.get('img_paths') as string[])).toEqual(new Set(scenes.map(photoPath)))
    expect(
      readdirSync(resolve(folder, 'images'))
        .map((name) => `images/${name}`)
        .sort(),
    ).toEqual(scenes.map(photoPath).sort())
    for (const scene of scenes) {
      const { width, height } = await loadImage(resolve(folder, photoPath(scene)))
      expect([width, height]).toEqual([1280, 720])
    }
  })

  test('the whole sample stays below 900 KB', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const total = files.reduce((sum, entry) => sum + statSync(resolve(entry.parentPath, entry.name)).size, 0)
    expect(total).toBeLessThan(900 * 1024)
  })
})

describe.each([
  ['head.pth', 'config.yaml', spatialShape, [80, 88]],
  ['convnext_only.pth', 'convnext_only.yaml', appearanceShape, [70, 82]],
] as const)('%s', (file, config, shape: HeadShape, [lowest, highest]) => {
  const { tensors } = readCheckpoint(bytesOf(file), { file })

  test('has RAFNet’s parameters in PyTorch’s order, and a config that fits them', () => {
    const names = [...createParameters(shape, createRandom(0)).keys()]
    const saved = [...tensors.keys()].filter((name) => !name.endsWith('num_batches_tracked'))
    expect(saved).toEqual(names)
    const { model } = parse(readFileSync(resolve(folder, config), 'utf8')) as {
      model: { params: Record<string, unknown> }
    }
    expect((model.params['modalities'] as string[]).filter((name) => pickle.has(name))).toEqual(shape.modalities)
    for (const modality of shape.modalities) {
      expect(tensors.get(`projections.${modality}.weight`)!.shape).toEqual([model.params['hidden_dim'], 48])
    }
  })

  test(`gives between ${lowest} and ${highest} % of the sample its class, as the README says`, () => {
    const weights = new Map(
      [...tensors].map(([name, tensor]) => {
        const [rows, columns] = tensor.shape.length === 2 ? tensor.shape : [1, tensor.length]
        return [name, matrix(rows!, columns!, tensor.toFloat64())]
      }),
    )
    const right = scenes.map((scene) => {
      const classes = predictClasses(shape, weights, rowsOf(scene))
      return scene.students.filter(({ behaviour }, index) => classes[index] === behaviour).length
    })
    const accuracy = (100 * right.reduce((sum, count) => sum + count, 0)) / students.length
    expect(accuracy).toBeGreaterThanOrEqual(lowest)
    expect(accuracy).toBeLessThanOrEqual(highest)
    expect(readFileSync(resolve(folder, 'README.md'), 'utf8')).toContain(accuracy.toFixed(2))
  })
})
