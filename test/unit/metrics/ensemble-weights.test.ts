import { describe, expect, test } from 'vitest'
import { confusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import { mixedLogits, searchWeights, searchWeightsSteps } from '#shared/metrics/ensemble-weights.ts'
import type { WeightSearchInput } from '#shared/metrics/ensemble-weights.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { macroF1NoNull } from '#shared/metrics/scores.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'

const classCount = 3

/** A member who knows `knows` of the classes well and guesses the others. */
function member(truth: readonly number[], knows: readonly number[], seed: number): Float32Array {
  const random = seededRandom(seed)
  return Float32Array.from(
    truth.flatMap((label) =>
      [0, 1, 2].map((index) => (knows.includes(label) && index === label ? 3 : 0) + 2 * random()),
    ),
  )
}

const truth = Array.from({ length: 300 }, (_, row) => row % classCount)
const inputOf = (members: readonly Float32Array[]): WeightSearchInput => ({ members, truth, classCount, nullIndex: 2 })

function figureOf(input: WeightSearchInput, weights: readonly number[]): number {
  const mixed = toTheEnd(mixedLogits(input, weights))
  const predicted = truth.map((_, row) => {
    const logits = [...mixed.subarray(row * classCount, (row + 1) * classCount)]
    return logits.indexOf(Math.max(...logits))
  })
  return macroF1NoNull(confusionMatrix(truth, predicted, classCount), input.nullIndex)
}

const sum = (weights: readonly number[]): number => weights.reduce((total, weight) => total + weight, 0)

describe('a mixture', () => {
  test('is the weighted mean of the logits', () => {
    const members = [Float32Array.of(1, 2, 3), Float32Array.of(5, 0, -1)]
    expect([...toTheEnd(mixedLogits({ members, classCount }, [0.75, 0.25]))]).toEqual([2, 1.5, 2])
  })

  test('of students that fill more than one step is whole', () => {
    const one = Float32Array.from({ length: 100_000 }, (_, at) => at)
    expect(toTheEnd(mixedLogits({ members: [one, one], classCount: 5 }, [0.5, 0.5]))).toEqual(one)
  })
})

describe('a search', () => {
  test('of two tries every twentieth, and equal weights', () => {
    const found = searchWeights(inputOf([member(truth, [0], 1), member(truth, [1], 2)]), { seed: 1 })
    expect(found.tried).toBe(21)
    expect(sum(found.weights)).toBeCloseTo(1, 12)
    expect(found.best).toBeGreaterThanOrEqual(found.equal)
  })

  test('of three tries all 231 and thirds, and finds the best of them', () => {
    const input = inputOf([member(truth, [0], 1), member(truth, [1], 2), member(truth, [], 3)])
    const found = searchWeights(input, { seed: 1 })
    expect(found.tried).toBe(232)
    expect(found.equal).toBe(figureOf(input, [1 / 3, 1 / 3, 1 / 3]))
    expect(found.best).toBe(figureOf(input, found.weights))
    for (let own = 0; own <= 20; own += 1) {
      for (let other = 0; other <= 20 - own; other += 1) {
        const weights = [own / 20, other / 20, (20 - own - other) / 20]
        expect(figureOf(input, weights)).toBeLessThanOrEqual(found.best + 1e-9)
      }
    }
  })

  test('of many never ends below equal weights nor below any member alone, the same for the same seed', () => {
    const knows = [[0], [1], [0, 1], [], [2]]
    const input = inputOf(knows.map((classes, index) => member(truth, classes, 10 + index)))
    const found = searchWeights(input, { seed: 7 })
    expect(found.best).toBe(figureOf(input, found.weights))
    expect(found.best).toBeGreaterThanOrEqual(found.equal)
    for (const alone of knows.keys()) {
      const weights = knows.map((_, index) => (index === alone ? 1 : 0))
      expect(found.best).toBeGreaterThanOrEqual(figureOf(input, weights))
    }
    expect(sum(found.weights)).toBeCloseTo(1, 12)
    expect(found.weights.every((weight) => weight >= 0)).toBe(true)
    expect(searchWeights(input, { seed: 7 })).toEqual(found)
  })

  test.each([2, 3, 6])('of %i equal members keeps equal weights', (count) => {
    const one = member(truth, [0, 1], 4)
    const { weights, equal, best } = searchWeights(inputOf(new Array<Float32Array>(count).fill(one)), { seed: 1 })
    expect(weights).toEqual(new Array<number>(count).fill(1 / count))
    expect(best).toBe(equal)
  })

  test('without students, or of Null students only, has nothing to go by', () => {
    const nobody = { members: [new Float32Array(), new Float32Array()], truth: [], classCount, nullIndex: 2 }
    expect(searchWeights(nobody, { seed: 1 })).toMatchObject({ weights: [0.5, 0.5], equal: 0, best: 0 })
    const onlyNull = {
      members: [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0)],
      truth: [2],
      classCount,
      nullIndex: 2,
    }
    expect(searchWeights(onlyNull, { seed: 1 })).toMatchObject({ weights: [0.5, 0.5], equal: 0, best: 0 })
  })

  test('refuses members that have other students', () => {
    const input = inputOf([member(truth, [0], 1), new Float32Array(6)])
    expect(() => searchWeights(input, { seed: 1 })).toThrow(RangeError)
  })

  test('pauses often', () => {
    const steps = searchWeightsSteps(inputOf([member(truth, [0], 1), member(truth, [1], 2)]), { seed: 1 })
    let pauses = 0
    while (!steps.next().done) pauses += 1
    expect(pauses).toBeGreaterThan(20)
  })
})
