import { describe, expect, test } from 'vitest'
import { batchScenes } from '#main/onnx/batch-scenes.ts'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'
import { relativeError } from '../../support/compare-logits.ts'
import { allRows, startHead } from '../../support/heads.ts'
import type { FeatureRows, HeadOutputs } from '../../support/heads.ts'

const families = {
  'C+Spatial': ['context_graph_fusion_classifier', true],
  'C by cosine': ['context_graph_fusion_classifier', false],
  'B+C': ['disentangled_spatial_graph_fusion_classifier', true],
  CCSG: ['class_conditioned_spatial_gated_fusion_classifier', true],
  'CCSG by cosine': ['class_conditioned_spatial_gated_fusion_classifier', false],
} as const

/** Numbers in [−0.5, 0.5) that are the same in every run (a linear congruential generator). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}

function makeHead(
  family: keyof typeof families,
  options: Readonly<Record<string, unknown>> = {},
  withoutPeers: 'stay-alone' | 'use-other-scenes' = 'stay-alone',
) {
  const [name, spatial] = families[family]
  const params = {
    modalities: ['grouprec', 'convnext', ...(spatial ? ['bbox_ctx', 'img_uid'] : [])],
    input_dims: [12, 10, ...(spatial ? [4, 1] : [])],
    hidden_dim: 8,
    gate_hidden_dim: 6,
    graph_k: 4,
    ...options,
  }
  const { config } = parseHeadConfig({ name, params }, { file: 'test' })
  const next = random(7)
  const tensors = new Map(
    expectedWeights(config).map(({ name: weight, shape }) => {
      const count = shape.reduce((product, size) => product * size, 1)
      const values = Float32Array.from({ length: count }, () => (weight.endsWith('running_var') ? 1 + next() : next()))
      return [weight, { dtype: 'float32', shape, toFloat32: () => values }]
    }),
  )
  return startHead(buildHeadModel(config, tensors, { file: 'test', version: '0.0.0', withoutPeers }))
}

function makeRows(sceneSizes: readonly number[]): FeatureRows {
  const scenes = sceneSizes.flatMap((size, scene) => Array<number>(size).fill(scene))
  const next = random(3)
  const column = (width: number) => ({ width, values: Float32Array.from({ length: width * scenes.length }, next) })
  return {
    count: scenes.length,
    columns: new Map([
      ['grouprec', column(12)],
      ['convnext', column(10)],
      ['bbox_ctx', column(4)],
    ]),
    scenes,
    labels: scenes,
  }
}

const rowOf = (outputs: HeadOutputs, name: string, row: number): readonly number[] => {
  const { values, dimensions } = outputs[name]!
  return values.slice(row * dimensions[1]!, (row + 1) * dimensions[1]!)
}

const sizes = [1, 2, 8, 3, 1, 26, 5, 60]

for (const family of Object.keys(families) as (keyof typeof families)[]) {
  describe(family, () => {
    test('scenes of 1 to 60 students give in any company what they give alone', async () => {
      const head = await makeHead(family)
      const rows = makeRows(sizes)
      const together = await head.run(rows, allRows(rows))
      for (const scene of sizes.keys()) {
        const chosen = allRows(rows).filter((row) => rows.scenes[row] === scene)
        const alone = await head.run(rows, chosen)
        const inCompany = chosen.flatMap((row) => rowOf(together, 'logits', row))
        expect(relativeError(inCompany, alone.logits!.values), `scene of ${sizes[scene]}`).toBeLessThan(1e-6)
        const count = alone.neighbours!.dimensions[1]!
        expect(count).toBe(Math.max(1, Math.min(4, chosen.length - 1)))
        for (const [position, row] of chosen.entries()) {
          const shared = rowOf(together, 'neighbours', row)
          const own = rowOf(alone, 'neighbours', position).map((neighbour) => (neighbour < 0 ? -1 : chosen[neighbour]!))
          expect(shared.slice(0, count)).toEqual(own)
          expect(shared.slice(count)).toEqual(Array(4 - count).fill(-1))
          const weights = rowOf(together, 'neighbour_weights', row)
          expect(relativeError(weights.slice(0, count), rowOf(alone, 'neighbour_weights', position))).toBeLessThan(1e-5)
          expect(weights.slice(count)).toEqual(Array(4 - count).fill(0))
        }
      }
    })

    test('rows of one scene need not lie together, and ids may be any numbers', async () => {
      const head = await makeHead(family)
      const rows = makeRows([6, 7])
      const usual = await head.run(rows, allRows(rows))
      const order = [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11, 12]
      const ids = order.map((row) => (rows.scenes[row] === 0 ? -9_000_000_000 : 4))
      const mixed = await head.run(rows, order, ids)
      const expected = order.flatMap((row) => rowOf(usual, 'logits', row))
      expect(relativeError(mixed.logits!.values, expected)).toBeLessThan(1e-6)
    })

    test('a NaN of one scene stays in that scene', async () => {
      const head = await makeHead(family)
      const rows = makeRows([4, 1, 3, 9])
      const clean = await head.run(rows, allRows(rows))
      rows.columns.get('grouprec')!.values[0] = Number.NaN
      rows.columns.get('convnext')!.values[4 * 10] = Number.POSITIVE_INFINITY
      const dirty = await head.run(rows, allRows(rows))
      // Scene 2 has fewer peers than k: what fills up its neighbours must not count, not even as 0 · NaN.
      const others = allRows(rows).slice(5)
      expect(rowOf(dirty, 'logits', 0).every(Number.isNaN)).toBe(true)
      for (const row of others) expect(rowOf(dirty, 'logits', row)).toEqual(rowOf(clean, 'logits', row))
    })

    test('in RAFNet’s own batches only a student without peers looks at other photos', async () => {
      const rows = makeRows([1, 5, 6])
      const alone = await (await makeHead(family)).run(rows, allRows(rows))
      const mixed = await (await makeHead(family, {}, 'use-other-scenes')).run(rows, allRows(rows))
      const lonely = rowOf(mixed, 'neighbours', 0)
      expect(lonely.every((neighbour) => neighbour > 0)).toBe(true)
      expect(rowOf(mixed, 'neighbour_weights', 0).reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 6)
      expect(rowOf(mixed, 'logits', 0)).not.toEqual(rowOf(alone, 'logits', 0))
      for (const row of allRows(rows).slice(1)) {
        expect(rowOf(mixed, 'neighbours', row)).toEqual(rowOf(alone, 'neighbours', row))
        expect(rowOf(mixed, 'logits', row)).toEqual(rowOf(alone, 'logits', row))
      }
    })

    test('all rows in one scene is the batch of RAFNet without photo ids', async () => {
      const head = await makeHead(family)
      const rows = makeRows([3, 5])
      const mixed = await head.run(rows, allRows(rows), Array<number>(8).fill(0))
      const crossing = rowOf(mixed, 'neighbours', 0).some((neighbour) => neighbour >= 3)
      expect(mixed.neighbours!.dimensions).toEqual([8, 4])
      expect(crossing).toBe(true)
    })
  })
}

describe('a student alone in the photo', () => {
  test.each(['C+Spatial', 'C by cosine', 'B+C'] as const)('%s skips the graph update', async (family) => {
    const rows = makeRows([1])
    const on = await (await makeHead(family)).run(rows, [0])
    const off = await (await makeHead(family, { graph_k: 0 })).run(rows, [0])
    expect(on.logits!.values).toEqual(off.logits!.values)
    expect(on.neighbours!.values).toEqual([-1])
    expect(on.neighbour_weights!.values).toEqual([0])
    expect(Object.keys(off)).toEqual(['logits', 'gate'])
  })

  test('CCSG takes its own features for the neighbours, as with the graph off', async () => {
    const rows = makeRows([1])
    const on = await (await makeHead('CCSG')).run(rows, [0])
    const off = await (await makeHead('CCSG', { graph_k: 0 })).run(rows, [0])
    expect(relativeError(on.logits!.values, off.logits!.values)).toBeLessThan(1e-6)
    const without = await (await makeHead('CCSG', { graph_alpha: 0 })).run(rows, [0])
    expect(relativeError(on.logits!.values, without.logits!.values)).toBeGreaterThan(1e-4)
  })
})

describe('ties', () => {
  test('of equal distances the lowest row is the nearer: a regular grid of boxes', async () => {
    const side = 5
    const rows = makeRows([side * side])
    const { values } = rows.columns.get('bbox_ctx')!
    for (let row = 0; row < side * side; row += 1) {
      values.set([(row % side) / 8, Math.floor(row / side) / 8, 0.1, 0.1], row * 4)
    }
    const outputs = await (await makeHead('C+Spatial', { graph_k: 6 })).run(rows, allRows(rows))
    for (let row = 0; row < side * side; row += 1) {
      const squared = (other: number) =>
        ((row % side) - (other % side)) ** 2 + (Math.floor(row / side) - Math.floor(other / side)) ** 2
      const expected = allRows(rows)
        .filter((other) => other !== row)
        .toSorted((a, b) => squared(a) - squared(b) || a - b)
        .slice(0, 6)
      expect(rowOf(outputs, 'neighbours', row)).toEqual(expected)
    }
  })

  test('of students in one spot, each is among the others’ neighbours', async () => {
    const rows = makeRows([7])
    rows.columns.get('bbox_ctx')!.values.fill(0.5)
    const outputs = await (await makeHead('C+Spatial')).run(rows, allRows(rows))
    expect(rowOf(outputs, 'neighbours', 0)).toEqual([1, 2, 3, 4])
    expect(rowOf(outputs, 'neighbours', 6)).toEqual([0, 1, 2, 3])
    expect(rowOf(outputs, 'neighbour_weights', 6)).toEqual([0.25, 0.25, 0.25, 0.25])
  })
})

test('whole scenes in bounded batches give what one batch gives', async () => {
  const head = await makeHead('C+Spatial')
  const rows = makeRows(sizes)
  const together = await head.run(rows, allRows(rows))
  const logits: number[] = []
  for (const batch of batchScenes(sizes, 30)) {
    const chosen = allRows(rows).filter((row) => batch.includes(rows.scenes[row]!))
    logits.push(...(await head.run(rows, chosen)).logits!.values)
  }
  expect(relativeError(logits, together.logits!.values)).toBeLessThan(1e-6)
})
