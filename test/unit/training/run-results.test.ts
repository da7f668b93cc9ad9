import { expect, test } from 'vitest'
import { findLeakage } from '#main/training/leakage.ts'
import { finalEntry, finalResultsCsv, spreadOf } from '#main/training/run-results.ts'
import type { SeedResults } from '#main/training/run-results.ts'

const results = (seed: number, macroF1NoNull: number): SeedResults => ({
  model: 'm',
  seed,
  best_epoch: 3,
  best_val_macro_f1_no_null: 60,
  test_macro_f1: 50,
  test_macro_f1_no_null: macroF1NoNull,
  test_accuracy: 61,
  test_accuracy_no_null: 62,
  test_loss: 0.5,
  lectern: {} as SeedResults['lectern'],
})

test('mean and population standard deviation; a macro F1 below 1 is taken for a fraction', () => {
  expect(spreadOf([results(1, 60), results(2, 64)], 'macro_f1_no_null')).toEqual({ mean: 62, std: 2, min: 60, max: 64 })
  expect(spreadOf([results(1, 0.6)], 'macro_f1_no_null').mean).toBe(60)
  expect(spreadOf([results(1, 60)], 'loss').mean).toBe(0.5)
})

test('final_results has RAFNet’s keys; its CSV four decimals, CRLF and quotes where needed', () => {
  const entry = finalEntry([results(42, 60), results(41, 64)])
  expect(entry).toMatchObject({ status: 'ok', seeds: ['seed_41', 'seed_42'], n_seeds: 2 })
  expect(Object.keys(entry.metrics)).toHaveLength(20)
  expect(finalResultsCsv({ 'a,b': entry })).toBe(
    'model,n_seeds,macro_f1_no_null_mean,macro_f1_no_null_std,macro_f1_mean,macro_f1_std,accuracy_mean,accuracy_std,' +
      'accuracy_no_null_mean,accuracy_no_null_std,loss_mean,loss_std\r\n' +
      '"a,b",2,62.0000,2.0000,50.0000,0.0000,61.0000,0.0000,62.0000,0.0000,0.5000,0.0000\r\n',
  )
})

test('a photo on two sides is leakage, however its path is written; none is null', () => {
  expect(findLeakage({ train: ['a.jpg', 'a.jpg'], val: ['b.jpg'], test: [] })).toBeNull()
  const leakage = findLeakage({ train: ['r\\1.jpg', 'x.jpg'], val: ['./r/1.jpg', 'y.jpg'], test: ['r/1.jpg', 'y.jpg'] })
  expect(leakage?.photos).toBe(2)
  expect(leakage?.pairs.map(({ splits, photos }) => [...splits, photos])).toEqual([
    ['train', 'val', 1],
    ['train', 'test', 1],
    ['val', 'test', 2],
  ])
})
