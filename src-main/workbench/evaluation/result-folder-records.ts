import { basename, dirname } from 'node:path'
import type { ResultFolder } from '#shared/contract/evaluation.ts'
import {
  resultMetrics,
  testFigures,
  type FinalEntry,
  type ResultMetric,
  type TestFigures,
} from '#main/exchange/rafnet/final-results.ts'

/** One seed of one model, as some file tells it. */
export interface SeedRecord {
  /** Folder that all seeds of the model lie in. */
  readonly modelFolder: string
  readonly seed: number
  readonly bestEpoch: number | null
  readonly figures: TestFigures
  /** Of an ensemble: what it mixes. */
  readonly components: FinalEntry['component_models'] | null
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null

const wholeNumber = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null

/** `seed_41` → 41 */
function seedOfName(name: string): number | null {
  const digits = /^seed_(\d{1,15})$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** A `results.json`; a text says why it is none. */
export function readSeedRecord(file: string, value: unknown): SeedRecord | string {
  const folder = dirname(file)
  const named = seedOfName(basename(folder))
  return toRecord(value, { modelFolder: named === null ? folder : dirname(folder), named })
}

/** The records of an `all_seeds_summary.json`; a text says why it is none. */
export function readSummaryRecords(file: string, value: unknown): readonly SeedRecord[] | string {
  if (!Array.isArray(value)) return 'it is no list of results'
  const records = value.map((one: unknown) => toRecord(one, { modelFolder: dirname(file), named: null }))
  const wrong = records.find((one) => typeof one === 'string')
  return wrong ?? records.filter((one) => typeof one !== 'string')
}

function toRecord(
  value: unknown,
  { modelFolder, named }: { readonly modelFolder: string; readonly named: number | null },
): SeedRecord | string {
  const fields = fieldsOf(value)
  if (fields === null) return 'it holds no results, which are a mapping'
  const seed = named ?? wholeNumber(fields['seed'])
  if (seed === null) return 'neither its folder nor the file itself says which seed it is'
  const figures = testFigures(fields)
  if (resultMetrics.every((metric) => figures[metric] === null)) return 'it has no test figures'
  return {
    modelFolder,
    seed,
    bestEpoch: wholeNumber(fields['best_epoch']),
    figures,
    components: fieldsOf(fields['component_models']),
  }
}

/** The ensembles of a `final_results.json`, by name; a text says why it is none. Other models are told by their own folders. */
export function readEnsembles(value: unknown): ReadonlyMap<string, FinalEntry> | string {
  const entries = fieldsOf(value)
  if (entries === null) return 'it is no mapping of models'
  return new Map(
    Object.entries(entries).flatMap(([name, entry]) => {
      const ensemble = toEnsemble(fieldsOf(entry))
      return ensemble === null ? [] : [[name, ensemble] as const]
    }),
  )
}

function toEnsemble(fields: Fields | null): FinalEntry | null {
  const components = fieldsOf(fields?.['component_models'])
  const metrics = fieldsOf(fields?.['metrics'])
  if (fields === null || components === null || metrics === null) return null
  const { seeds, status } = fields
  const names = Array.isArray(seeds) ? seeds.filter((one) => typeof one === 'string') : []
  const numbers = Object.entries(metrics).flatMap(([key, value]) =>
    typeof value === 'number' && Number.isFinite(value) ? [[key, value] as const] : [],
  )
  return {
    status: typeof status === 'string' ? status : 'ok',
    seeds: names,
    n_seeds: wholeNumber(fields['n_seeds']) ?? names.length,
    metrics: Object.fromEntries(numbers),
    component_models: components,
  }
}

type Model = ResultFolder['models'][number]
export type MetricName = keyof Model['metrics']

/** Names of the metrics on screen and in RAFNet's files. */
export const metricNames: Readonly<Record<MetricName, ResultMetric>> = {
  macroF1NoNull: 'macro_f1_no_null',
  macroF1: 'macro_f1',
  accuracy: 'accuracy',
  accuracyNoNull: 'accuracy_no_null',
  loss: 'loss',
}

/** An ensemble of which only the sums are known. */
export function ensembleModel(model: string, { seeds, metrics }: FinalEntry): Model {
  const spread = (metric: ResultMetric): Model['metrics'][MetricName] => {
    const [mean, std, min, max] = ['mean', 'std', 'min', 'max'].map((part) => metrics[`test_${metric}_${part}`])
    return mean === undefined ? null : { mean, std: std ?? 0, min: min ?? mean, max: max ?? mean }
  }
  const unknown = { macroF1NoNull: null, macroF1: null, accuracy: null, accuracyNoNull: null, loss: null }
  return {
    model,
    seeds: seeds.flatMap((name) => {
      const seed = seedOfName(name)
      return seed === null ? [] : [{ seed, ...unknown, bestEpoch: null }]
    }),
    metrics: mapMetrics(spread),
  }
}

export const mapMetrics = <Value>(of: (metric: ResultMetric) => Value): Readonly<Record<MetricName, Value>> =>
  Object.fromEntries(Object.entries(metricNames).map(([name, metric]) => [name, of(metric)])) as Record<
    MetricName,
    Value
  >
