import { expect, test } from 'vitest'
import type { TrainingEpoch } from '#shared/contract/training.ts'
import {
  deleteTraining,
  endSeed,
  epochsOfTraining,
  getTraining,
  insertEpoch,
  insertTraining,
  listTrainings,
  nextTraining,
  pauseInterruptedTrainings,
  replaceEpochs,
  seedsOfTraining,
  updateTraining,
} from '#main/store/tables/training.ts'
import type { NewTraining } from '#main/store/tables/training.ts'
import { memoryStore } from '../../support/store.ts'

const order: NewTraining['order'] = {
  recipe: { kind: 'preset', preset: 'convnext_only' },
  data: { kind: 'config' },
  name: null,
  seeds: null,
  epochs: null,
  batchSize: null,
  learningRate: null,
  contrastive: null,
  mixupAlpha: null,
}
const training: NewTraining = {
  name: 'first',
  runName: 'first',
  order,
  family: 'multimodal_classifier',
  modalities: ['convnext'],
  epochs: 3,
  seeds: [43, 41],
  students: null,
  findings: [],
  leakage: null,
  createdAt: '2026-03-04T05:06:07.000Z',
}
const record = (epoch: number, macroF1NoNull: number): TrainingEpoch => ({
  epoch,
  learningRate: 1e-3,
  train: { loss: 1 / 3, accuracy: 50 },
  val: { loss: 1, macroF1: 1, macroF1NoNull, accuracy: 1, accuracyNoNull: 1 },
})

test('a training comes back as it was ordered, seeds in their order', () => {
  const store = memoryStore()
  const id = insertTraining(store, training)
  expect(getTraining(store, id)).toEqual({
    ...Object.fromEntries(Object.entries(training).filter(([key]) => key !== 'seeds')),
    id,
    state: 'queued',
    ending: false,
    labelState: null,
    prepared: false,
    summary: null,
    error: null,
    modelIds: [],
    endedAt: null,
  })
  expect(seedsOfTraining(store, id).map(({ seed }) => seed)).toEqual([43, 41])
  expect(getTraining(store, id + 1)).toBeUndefined()
})

test('a change sets what it names and nothing else, null too', () => {
  const store = memoryStore()
  const id = insertTraining(store, training)
  const error = { code: 'compute.crashed', message: 'It crashed.', details: {} }
  updateTraining(store, id, { state: 'failed', error, endedAt: 'then', students: { train: 3, val: 2, test: 1 } })
  updateTraining(store, id, { state: 'queued', error: null, ending: true, labelState: { imported: 4 } })
  expect(getTraining(store, id)).toMatchObject({
    state: 'queued',
    error: null,
    ending: true,
    endedAt: 'then',
    students: { train: 3, val: 2, test: 1 },
    labelState: { imported: 4 },
  })
})

test('the oldest queued one is next; opening pauses what ran', () => {
  const store = memoryStore()
  const [one, two, three] = [1, 2, 3].map(() => insertTraining(store, training))
  updateTraining(store, one!, { state: 'running' })
  expect(nextTraining(store)).toBe(two)
  pauseInterruptedTrainings(store)
  expect(listTrainings(store).map(({ state }) => state)).toEqual(['paused', 'queued', 'queued'])
  updateTraining(store, two!, { state: 'done' })
  expect(nextTraining(store)).toBe(three)
  updateTraining(store, three!, { state: 'failed' })
  expect(nextTraining(store)).toBeNull()
})

test('the best epoch is strictly better than all before, and than 0', () => {
  const store = memoryStore()
  const id = insertTraining(store, training)
  for (const [index, value] of [0, 40, 40, 39.5, 41].entries()) insertEpoch(store, id, 41, record(index + 1, value))
  insertEpoch(store, id, 43, record(1, 0))
  endSeed(store, id, 41)
  expect(seedsOfTraining(store, id)).toEqual([
    { seed: 43, epochs: 1, bestEpoch: 0, bestValMacroF1NoNull: 0, ended: false },
    { seed: 41, epochs: 5, bestEpoch: 5, bestValMacroF1NoNull: 41, ended: true },
  ])
  expect(epochsOfTraining(store, id).get(41)?.[1]).toEqual(record(2, 40))
})

test('going on from an earlier epoch takes the later ones back', () => {
  const store = memoryStore()
  const id = insertTraining(store, training)
  for (const epoch of [1, 2, 3]) insertEpoch(store, id, 41, record(epoch, epoch * 10))
  replaceEpochs(store, id, 41, [record(1, 10), record(2, 5)])
  expect(epochsOfTraining(store, id).get(41)).toHaveLength(2)
  expect(seedsOfTraining(store, id)[1]).toMatchObject({ epochs: 2, bestEpoch: 1, bestValMacroF1NoNull: 10 })
})

test('a forgotten training leaves nothing, and others alone', () => {
  const store = memoryStore()
  const [one, other] = [insertTraining(store, training), insertTraining(store, training)]
  insertEpoch(store, one, 41, record(1, 10))
  insertEpoch(store, other, 41, record(1, 10))
  deleteTraining(store, one)
  expect(listTrainings(store).map(({ id }) => id)).toEqual([other])
  expect(epochsOfTraining(store, one).size).toBe(0)
  expect(epochsOfTraining(store, other).get(41)).toHaveLength(1)
})
