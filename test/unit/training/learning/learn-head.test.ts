import { describe, expect, test } from 'vitest'
import { fitLogistic } from '#main/training/baselines/logistic-regression.ts'
import { linearScores } from '#main/training/baselines/linear-products.ts'
import { fewerColumns } from '#main/training/learning/fewer-columns.ts'
import { judgeHeldOut } from '#main/training/learning/judge-held-out.ts'
import { learnHead } from '#main/training/learning/learn-head.ts'
import { planFolds } from '#main/training/learning/plan-folds.ts'
import { largestIndex } from '#main/training/evaluate-split.ts'
import { createRandom } from '#main/training/random/random.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'

const classes = 3

/** Students of photos of ten each; a class moves its own column by `apart`. */
function cloud(rows: number, width: number, apart: number, label = (row: number) => row % classes) {
  const random = createRandom('cloud', rows, width)
  const values = Float32Array.from({ length: rows * width }, () => random.normal())
  const labels = Int32Array.from({ length: rows }, (_, row) => label(row))
  labels.forEach((own, row) => (values[row * width + own]! += apart))
  const scenes = Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / 10))
  return { rows, blocks: [{ width, values }], labels, scenes, classes }
}

function learnt(data: ReturnType<typeof cloud>) {
  const folds = planFolds(data.labels, data.scenes, classes, 41)
  const head = toTheEnd(learnHead(data, folds))
  const rowOf = (values: Float64Array, row: number) => values.subarray(row * classes, (row + 1) * classes)
  const predicted = data.labels.map((_, row) => largestIndex(rowOf(head.heldOut, row)))
  const { labels, scenes } = data
  const judged = { labels, predicted, scenes, classes, nullIndex: null, plan: folds.judging, seed: 41 }
  return { head, figures: toTheEnd(judgeHeldOut(judged)), rowOf }
}

describe('a head from labelled students', () => {
  test('names held-out students where classes lie apart', () => {
    const { figures, head } = learnt(cloud(120, 20, 6))
    expect(figures.correct).toBeGreaterThan(114)
    expect(figures.majorityCorrect).toBeLessThan(60)
    expect(head.temperature).toBeGreaterThanOrEqual(0.5)
  })

  test('claims nothing where vectors tell nothing', () => {
    const { figures, head, rowOf } = learnt(cloud(120, 200, 0))
    const [low] = figures.interval
    expect(low).toBeLessThan(40)
    // It knows that it knows nothing: probabilities stay near a third.
    const surest = Math.max(...Array.from({ length: 120 }, (_, row) => Math.max(...rowOf(head.byOthers, row))))
    expect(surest).toBeLessThan(0.75)
  })

  test('is the same each time', () => {
    const one = learnt(cloud(60, 300, 2)).head
    const other = learnt(cloud(60, 300, 2)).head
    expect(one.model.weights).toEqual(other.model.weights)
  })

  test('a class of a single student is never asked for, and still learnt', () => {
    const { head } = learnt(cloud(61, 10, 6, (row) => (row === 60 ? 2 : row % 2)))
    expect(head.couldBeNamed[60]).toBe(false)
    expect(head.couldBeNamed.slice(0, 60)).not.toContain(false)
    expect(head.model.present).toEqual([0, 1, 2])
  })

  test('columns that never vary, and values far outside, stay harmless', () => {
    const data = cloud(60, 8, 6)
    const { values } = data.blocks[0]!
    for (let row = 0; row < 60; row += 1) values[row * 8 + 7] = 1e6
    values[3] = 1e30
    const { head, figures } = learnt(data)
    expect(head.model.weights.every(Number.isFinite)).toBe(true)
    expect(figures.correct).toBeGreaterThan(54)
  })
})

describe('fewer columns than there are', () => {
  const { rows, blocks, labels } = cloud(30, 100, 2)
  const x = { rows, blocks }
  const options = { penalty: 10, tolerance: 1e-9, balanced: false }

  test('the same model comes out', () => {
    const { x: fewer, lift } = toTheEnd(fewerColumns(x))
    expect(fewer.blocks[0]!.width).toBe(30)
    const lifted = toTheEnd(lift(toTheEnd(fitLogistic(fewer, labels, classes, options))))
    const plain = toTheEnd(fitLogistic(x, labels, classes, options))
    expect(lifted.weights.length).toBe(plain.weights.length)
    const scores = toTheEnd(linearScores(x, lifted.weights, classes))
    const expected = toTheEnd(linearScores(x, plain.weights, classes))
    scores.forEach((score, at) => expect(Math.abs(score - expected[at]!)).toBeLessThan(1e-3))
  })

  test('students who are alike leave nothing to divide by', () => {
    const values = Float32Array.from({ length: 10 * 40 }, (_, at) => (at % 40) - 20)
    const same = { rows: 10, blocks: [{ width: 40, values }] }
    const { x: fewer, lift } = toTheEnd(fewerColumns(same))
    const known = Int32Array.from({ length: 10 }, (_, row) => row % 2)
    const model = toTheEnd(lift(toTheEnd(fitLogistic(fewer, known, 2, options))))
    expect(model.weights.every(Number.isFinite)).toBe(true)
  })

  test('with more students than columns everything stays as it is', () => {
    const { rows: many, blocks: narrow } = cloud(40, 5, 1)
    const whole = { rows: many, blocks: narrow }
    expect(toTheEnd(fewerColumns(whole)).x).toBe(whole)
  })
})
