import { expect, test } from 'vitest'
import { finalEntry, finalResultsCsv, spreadOfMetric, testFigures } from '#main/exchange/rafnet/final-results.ts'

const results = (macroF1NoNull: unknown): Record<string, unknown> => ({
  test_macro_f1: 50,
  test_macro_f1_no_null: macroF1NoNull,
  test_accuracy: 61,
  test_accuracy_no_null: 62,
  test_loss: 0.5,
})
const spread = (values: readonly unknown[], metric: 'macro_f1_no_null' | 'loss' = 'macro_f1_no_null') =>
  spreadOfMetric(
    values.map((value) => testFigures(results(value))),
    metric,
  )

const header =
  'model,n_seeds,macro_f1_no_null_mean,macro_f1_no_null_std,macro_f1_mean,macro_f1_std,accuracy_mean,accuracy_std,' +
  'accuracy_no_null_mean,accuracy_no_null_std,loss_mean,loss_std\r\n'

test('mean and population standard deviation; a macro F1 below 1 is taken for a fraction', () => {
  expect(spread([60, 64])).toEqual({ mean: 62, std: 2, min: 60, max: 64 })
  expect(spread([0.6])?.mean).toBe(60)
  expect(spread([60], 'loss')?.mean).toBe(0.5)
})

test.each([[null], ['N/A'], [undefined], [Number.NaN], ['60']])('%j is unknown and counts for nothing', (value) => {
  expect(testFigures(results(value)).macro_f1_no_null).toBeNull()
  expect(spread([60, value])).toEqual({ mean: 60, std: 0, min: 60, max: 60 })
  expect(spread([value])).toBeNull()
})

test('final_results has RAFNet’s keys; its CSV four decimals, CRLF and quotes where needed', () => {
  const entry = finalEntry([42, 41].map((seed) => ({ seed, figures: testFigures(results(seed === 42 ? 60 : 64)) })))
  expect(entry).toMatchObject({ status: 'ok', seeds: ['seed_41', 'seed_42'], n_seeds: 2 })
  expect(Object.keys(entry.metrics)).toHaveLength(20)
  expect(finalResultsCsv({ 'a,b': entry })).toBe(
    `${header}"a,b",2,62.0000,2.0000,50.0000,0.0000,61.0000,0.0000,62.0000,0.0000,0.5000,0.0000\r\n`,
  )
})

test('an unknown figure is left out, and an empty cell', () => {
  const entry = finalEntry([{ seed: 1, figures: testFigures({ test_accuracy: 61 }) }])
  expect(Object.keys(entry.metrics)).toEqual([
    'test_accuracy_mean',
    'test_accuracy_std',
    'test_accuracy_min',
    'test_accuracy_max',
  ])
  expect(finalResultsCsv({ m: entry })).toBe(`${header}m,1,,,,,61.0000,0.0000,,,,\r\n`)
})
