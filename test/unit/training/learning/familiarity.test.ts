import { describe, expect, test } from 'vitest'
import { columnScale } from '#main/training/baselines/feature-blocks.ts'
import type { FeatureBlock } from '#main/training/baselines/feature-blocks.ts'
import { distanceModel } from '#main/training/learning/distance-model.ts'
import { chooseAnchors, familiarLimit, nearestAnchors } from '#main/training/learning/familiarity.ts'
import { cutStandardised } from '#main/training/learning/learn-head.ts'
import { createRandom } from '#main/training/random/random.ts'
import { floats, floatsOf } from '#main/training/training-session.ts'
import { cpuSession } from '../../../support/training.ts'

const photosOf = (students: number, perPhoto: number): number[] =>
  Array.from({ length: students }, (_, row) => Math.floor(row / perPhoto))

describe('who stands for the labelled', () => {
  test.each([
    ['nobody', 0, 10],
    ['too few', 23, 5],
    ['two photos only', 40, 20],
  ])('nothing can be said of %s', (_name, students, perPhoto) => {
    expect(chooseAnchors(photosOf(students, perPhoto))).toBeNull()
  })

  test('all of a few, some of many, each once', () => {
    expect(chooseAnchors(photosOf(24, 8))).toEqual(Array.from({ length: 24 }, (_, row) => row))
    const many = chooseAnchors(photosOf(4000, 40))!
    expect(many).toHaveLength(256)
    expect(new Set(many).size).toBe(256)
    expect([many[0], many.at(-1)! > 3900]).toEqual([0, true])
  })
})

test('the nearest anchor, of those that count', () => {
  const distances = Float32Array.of(3, 1, 2, 5, 6, 4, Number.NaN, 1, 1)
  expect([...nearestAnchors(distances, 3)]).toEqual([1, 4, Number.NaN])
  expect([...nearestAnchors(distances, 3, (row, anchor) => row !== anchor && row < 2)]).toEqual([1, 4, Infinity])
})

describe('the limit', () => {
  test('is Tukey’s fence, and what standardising by few adds to it', () => {
    const distances = Float64Array.from({ length: 101 }, (_, index) => index)
    // q1 25, q3 75: the fence is at 150; of very many labelled ones nothing is added.
    expect(familiarLimit(distances, 1e9)).toBeCloseTo(150, 5)
    expect(familiarLimit(distances, 24) / 150).toBeCloseTo(Math.sqrt((25 / 21 + 1) / (48 / 23)), 10)
  })

  test('students without a number, or without others, do not count; of none there is no limit', () => {
    const distances = Float64Array.of(4, Number.NaN, 4, Infinity, 4)
    expect(familiarLimit(distances, 1e9)).toBeCloseTo(4, 5)
    expect(familiarLimit(Float64Array.of(Infinity), 30)).toBe(Infinity)
  })

  test.each([30, 100, 400])('hardly any newcomer of the same kind lies beyond it, of %i labelled', (labelled) => {
    const width = 40
    const random = createRandom(43, 'familiar', labelled)
    const draw = (): number[] => Array.from({ length: width }, () => random.normal())
    const known = Array.from({ length: labelled }, draw)
    const { mean, deviation } = columnScale({ width, values: Float32Array.from(known.flat()) }, labelled)
    const scaled = (row: readonly number[]) => row.map((value, column) => (value - mean[column]!) / deviation[column]!)
    const scaledKnown = known.map(scaled)
    const away = (row: readonly number[], others: readonly (readonly number[])[]) =>
      Math.min(...others.map((other) => Math.hypot(...row.map((value, column) => value - other[column]!))))
    const own = scaledKnown.map((row, index) => away(row, scaledKnown.toSpliced(index, 1)))
    const limit = familiarLimit(Float64Array.from(own), labelled)
    const beyond = Array.from({ length: 400 }, () => away(scaled(draw()), scaledKnown)).filter((one) => one > limit)
    expect(beyond.length).toBeLessThan(16)
  })
})

test('the graph gives what the plain sums give, over several modalities, values cut off included', async () => {
  const random = createRandom(43, 'distances')
  const block = (rows: number, width: number, factor: number): FeatureBlock => ({
    width,
    values: Float32Array.from({ length: rows * width }, () => 5 + factor * random.normal()),
  })
  const widths = [6, 3]
  const labelled = widths.map((width) => block(30, width, 2))
  const scales = labelled.map((one) => columnScale(one, 30))
  const anchors = labelled.map(({ width, values }) => ({ width, values: values.slice(0, 4 * width) }))
  const others = widths.map((width) => block(5, width, 30))
  others[0]!.values.set(anchors[0]!.values.subarray(0, 6))
  others[1]!.values.set(anchors[1]!.values.subarray(0, 3))
  const modalities = widths.map((width, place) => ({ name: `m${place}`, width }))
  const session = await cpuSession(distanceModel({ modalities, scales, anchors }))
  const feeds = others.map(({ width, values }, place) => [`m${place}`, floats(values, [5, width])] as const)
  const actual = floatsOf(await session.run(Object.fromEntries(feeds)), 'distance')
  const cut = (of: readonly FeatureBlock[]) => of.map((one, place) => cutStandardised(one, scales[place]!).values)
  const [rows, known] = [cut(others), cut(anchors)]
  for (let row = 0; row < 5; row += 1) {
    for (let anchor = 0; anchor < 4; anchor += 1) {
      const squares = widths.flatMap((width, place) =>
        Array.from({ length: width }, (_, column) => {
          return (rows[place]![row * width + column]! - known[place]![anchor * width + column]!) ** 2
        }),
      )
      const expected = Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / 9)
      expect(Math.abs(actual[row * 4 + anchor]! - expected), `${row}, ${anchor}`).toBeLessThan(2e-3)
    }
  }
  // Somebody is no distance from himself.
  expect(actual[0]).toBeLessThan(2e-3)
})
