import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ModelSource } from '#main/compute/protocol.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  argmax,
  collect,
  relativeError,
  resultOf,
  startCompute,
  studentsOf,
  temporaryFolder,
} from '../../support/compute.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden')
const compute = startCompute()
const folder = temporaryFolder()

const headsIn = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.endsWith('.pth') && !name.startsWith('train_'))
    .map((name) => name.slice(0, -'.pth'.length))

const importFeatures = (file: string, name: string): Promise<FeatureTable> =>
  resultOf(compute.features.read({ file, contextFile: null, outFolder: join(folder, name) }))

const head = (path: string, name: string): ModelSource => ({
  file: join(path, `${name}.pth`),
  config: join(path, `${name}.json`),
  chosen: {},
  hasBoxes: true,
})

const expectedLogits = (path: string, name: string): number[][] =>
  (JSON.parse(readFileSync(join(path, `${name}.json`), 'utf8')) as { logits: number[][] }).logits

const secondBest = (row: readonly number[]): number => row.toSorted((a, b) => b - a)[1]!

/** Classes must agree wherever the top two logits differ by more than the allowed error. */
function expectSameClasses(actual: readonly number[][], expected: readonly number[][], tolerance: number): void {
  const scale = Math.max(...expected.flat().map(Math.abs))
  for (const [index, row] of expected.entries()) {
    if (Math.max(...row) - secondBest(row) > tolerance * scale) expect(argmax(actual[index]!)).toBe(argmax(row))
  }
}

describe('golden heads through the compute process, each scene on its own', () => {
  let table: FeatureTable
  beforeAll(async () => {
    table = await importFeatures(join(golden, 'features.pkl'), 'golden')
  })

  test.each(headsIn(golden))('%s: logits equal PyTorch within 1e-5', async (name) => {
    const stream = compute.models.predict({ model: head(golden, name), device: 'cpu', students: studentsOf(table) })
    const { logits, gate, start } = await collect(stream)
    const expected = expectedLogits(golden, name)
    expect(start).toMatchObject({ provider: 'cpu', classes: 5 })
    expect(logits).toHaveLength(expected.length)
    expect(relativeError(logits, expected)).toBeLessThan(1e-5)
    expectSameClasses(logits, expected, 1e-5)
    for (const row of gate) expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5)
  })
})

describe.skipIf(!rafnetFolder)(`real students (${withoutRafnet})`, () => {
  const real = rafnetFolder ?? ''
  const heads = join(real, 'heads')
  let table: FeatureTable
  beforeAll(async () => {
    table = await importFeatures(join(real, 'features.pkl'), 'real')
  })

  test('ConvNeXt-only reaches the known accuracy of each scene', async () => {
    const model = { file: join(real, 'convnext_only_seed_43.pth'), config: null, chosen: {}, hasBoxes: true }
    const students = studentsOf(table)
    const { logits } = await collect(compute.models.predict({ model, device: 'auto', students }))
    const correct = [...students.sceneOffsets.subarray(1)].map((end, scene) => {
      const rows = logits.slice(students.sceneOffsets[scene], end)
      const right = rows.filter((row, index) => argmax(row) === table.labels![students.sceneOffsets[scene]! + index])
      return `${right.length}/${rows.length}`
    })
    expect(correct).toEqual(['17/60', '27/40', '28/51'])
  })

  // These logits were made with photo ids for every head, also where the config has none: scene by scene is then the same.
  test.each(rafnetFolder ? headsIn(heads) : [])('%s: logits equal PyTorch within 1e-5', async (name) => {
    const stream = compute.models.predict({ model: head(heads, name), device: 'cpu', students: studentsOf(table) })
    const { logits } = await collect(stream)
    expect(relativeError(logits, expectedLogits(heads, name))).toBeLessThan(1e-5)
    expectSameClasses(logits, expectedLogits(heads, name), 1e-5)
  })

  test('c_context: the whole file in one batch is something else, since no photo id keeps the photos apart', async () => {
    const input = { model: head(heads, 'c_context'), device: 'cpu', students: studentsOf(table) } as const
    const { logits } = await collect(compute.models.predict({ ...input, batching: 'rafnet:151' }))
    expect(relativeError(logits, expectedLogits(heads, 'c_context'))).toBeGreaterThan(1e-3)
  })

  test.each(['mlp_grouprec', 'bc_spatial', 'c_spatial', 'ccsg'])('%s: so they do in one RAFNet batch', async (name) => {
    const input = { model: head(heads, name), device: 'cpu', students: studentsOf(table) } as const
    const { logits, batches } = await collect(compute.models.predict({ ...input, batching: 'rafnet:151' }))
    expect(batches).toEqual([{ first: 0, count: 151 }])
    expect(relativeError(logits, expectedLogits(heads, name))).toBeLessThan(1e-5)
  })
})
