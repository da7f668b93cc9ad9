import { describe, expect, test } from 'vitest'
import { bestSeed, inQueueOrder, trainingProgress } from '../../../../src-renderer/views/train/training-progress.ts'
import { comparisonRows } from '../../../../src-renderer/views/train/comparison-rows.ts'
import { axisEpochs, bestEpochOf, curveSeries } from '../../../../src-renderer/views/train/curve-series.ts'
import { doneTraining, trainingCurve, trainingInfo, trainingPlan, waitingSeed } from '../../../support/trainings.ts'

describe('progress', () => {
  const running = trainingInfo(1, {
    state: 'running',
    seeds: [{ ...waitingSeed(41), epochs: 10, ended: true }, { ...waitingSeed(42), epochs: 3 }, waitingSeed(43)],
    step: { done: 1, total: 2 },
    msPerEpoch: 200,
  })

  test('counts ended seeds whole and a part of the running epoch', () => {
    expect(trainingProgress(running)).toEqual({
      done: 13.5,
      total: 30,
      seed: { seed: 42, position: 2, epochs: 3 },
      leftMs: 3300,
    })
  })

  test('a seed that was stopped early has nothing left to do', () => {
    const stopped = trainingInfo(1, { seeds: [{ ...waitingSeed(41), epochs: 4, ended: true }] })
    expect(trainingProgress(stopped)).toEqual({ done: 10, total: 10, seed: null, leftMs: null })
  })

  test('says no time left where nothing was measured or nothing runs', () => {
    expect(trainingProgress({ ...running, msPerEpoch: null }).leftMs).toBeNull()
    expect(trainingProgress({ ...running, state: 'paused' })).toMatchObject({ done: 13, leftMs: null })
    expect(trainingProgress(trainingInfo(1, { seeds: [] }))).toMatchObject({ done: 0, total: 0, seed: null })
  })
})

test('the queue shows what runs, what waits in its order, then what is over, newest first', () => {
  const states = ['done', 'failed', 'running', 'paused', 'queued'] as const
  const queue = states.map((state, at) => trainingInfo(at + 1, { state }))
  expect(inQueueOrder(queue).map((one) => one.state)).toEqual(['running', 'paused', 'queued', 'failed', 'done'])
})

test('the best seed is best on val, not on test; the first of equals; none where no epoch was any good', () => {
  expect(bestSeed(doneTraining(1, { 41: { val: 60, test: 70 }, 42: { val: 65, test: 50 } }))).toBe(42)
  expect(bestSeed(doneTraining(1, { 41: { val: 60, test: 50 }, 42: { val: 60, test: 70 } }))).toBe(41)
  expect(bestSeed(doneTraining(1, { 41: { val: 0, test: 5 } }))).toBeNull()
  expect(bestSeed(trainingInfo(1))).toBeNull()
})

describe('curves', () => {
  test('the best epoch is the first of equals, and none where all are 0', () => {
    expect(bestEpochOf(trainingCurve(41, [10, 30, 30, 20]))?.epoch).toBe(2)
    expect(bestEpochOf(trainingCurve(41, [0, 0]))).toBeNull()
    expect(bestEpochOf(trainingCurve(41, []))).toBeNull()
  })

  test.each([
    [1, 100, 100],
    [1, 5000, 200],
    [201, 5000, 400],
    [4000, 5000, 5000],
    [120, 100, 120],
  ])('%d of %d epochs are shown on an axis of %d', (reached, planned, axis) => {
    expect(axisEpochs(reached, planned)).toBe(axis)
  })

  test('loss has two lines a seed, of which val marks the best epoch', () => {
    const series = curveSeries('loss', [trainingCurve(41, [10, 30]), trainingCurve(42, [5])], (role) => role)
    expect(series.map(({ group, place, role, faint, best }) => [group, place, role, faint, best])).toEqual([
      ['41', 0, 'train', true, null],
      ['41', 0, 'val', false, { x: 2, y: 1 }],
      ['42', 1, 'train', true, null],
      ['42', 1, 'val', false, { x: 1, y: 2 }],
    ])
    expect(series[0]!.points).toEqual([
      { x: 1, y: 1 },
      { x: 2, y: 0.5 },
    ])
  })
})

test('trainings and baselines stand side by side, best first; what is not over has no row', () => {
  const data = trainingInfo(1).order.data
  const result = {
    name: 'logistic_convnext',
    modalities: ['convnext'],
    macroF1: 40,
    macroF1NoNull: 62,
    accuracy: 60,
    accuracyNoNull: 61,
    elapsedMs: 12,
  }
  const set = {
    source: { data, config: null, root: null },
    names: ['logistic_convnext'],
    plan: trainingPlan(),
    results: [result],
    running: false,
    error: null,
  }
  const trainings = [doneTraining(1, { 41: { val: 1, test: 60 } }), doneTraining(2, { 41: { val: 1, test: 64 } })]
  const rows = comparisonRows([...trainings, trainingInfo(3)], [set])
  expect(rows.map((row) => [row.name, row.isBaseline, row.testStudents])).toEqual([
    ['training 2', false, 25],
    ['logistic_convnext', true, 25],
    ['training 1', false, 25],
  ])
})
