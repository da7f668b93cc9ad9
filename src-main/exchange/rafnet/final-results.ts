import { spreadOf, type Spread } from '#shared/metrics/spread.ts'

/** Test figures that RAFNet sums up over seeds, in the order of its CSV. */
export const resultMetrics = ['macro_f1_no_null', 'macro_f1', 'accuracy', 'accuracy_no_null', 'loss'] as const
export type ResultMetric = (typeof resultMetrics)[number]

/** Rates in percent; null for what is unknown. */
export type TestFigures = Readonly<Record<ResultMetric, number | null>>

/**
 * The test figures of a `results.json`. What is no finite number (`'N/A'`, null, missing) is unknown; a macro F1 below 1 counts as a
 * fraction of 1, as RAFNet's aggregation takes it.
 */
export function testFigures(results: Readonly<Record<string, unknown>>): TestFigures {
  const figure = (metric: ResultMetric): number | null => {
    const value = results[`test_${metric}`]
    if (typeof value !== 'number' || !Number.isFinite(value)) return null
    return metric.startsWith('macro_f1') && value < 1 ? value * 100 : value
  }
  return Object.fromEntries(resultMetrics.map((metric) => [metric, figure(metric)])) as TestFigures
}

/** How a metric spreads over the seeds that have it; null where none has. */
export function spreadOfMetric(seeds: readonly TestFigures[], metric: ResultMetric): Spread | null {
  const values = seeds.flatMap((figures) => figures[metric] ?? [])
  return values.length === 0 ? null : spreadOf(values)
}

/** One model's entry of `final_results.json`. */
export interface FinalEntry {
  /** `ok` where there is something to sum up. */
  readonly status: string
  readonly seeds: readonly string[]
  readonly n_seeds: number
  /** `test_<metric>_mean`, `_std`, `_min` and `_max`; a metric that no seed has is left out. */
  readonly metrics: Readonly<Record<string, number>>
  /** What an ensemble mixes, by model. */
  readonly component_models?: Readonly<Record<string, unknown>>
}

export function finalEntry(seeds: readonly { readonly seed: number; readonly figures: TestFigures }[]): FinalEntry {
  const figures = seeds.map((one) => one.figures)
  const metrics = resultMetrics.flatMap((metric) =>
    Object.entries(spreadOfMetric(figures, metric) ?? {}).map(
      ([name, value]) => [`test_${metric}_${name}`, value as number] as const,
    ),
  )
  return {
    status: 'ok',
    // RAFNet lists folders in the order of their names.
    seeds: seeds.map(({ seed }) => `seed_${seed}`).toSorted(),
    n_seeds: seeds.length,
    metrics: Object.fromEntries(metrics),
  }
}

/** The models of a `final_results.json` that have figures: what else another program put there is in no table. */
export function summedUpEntries(entries: Readonly<Record<string, unknown>>): Record<string, FinalEntry> {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
  const isEntry = (value: unknown): value is FinalEntry =>
    isObject(value) && value['status'] === 'ok' && isObject(value['metrics']) && typeof value['n_seeds'] === 'number'
  return Object.fromEntries(Object.entries(entries).flatMap(([name, entry]) => (isEntry(entry) ? [[name, entry]] : [])))
}

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Another program may have written anything in place of a number. */
const figureCell = (value: unknown): string => (typeof value === 'number' ? value.toFixed(4) : '')

/** `final_results.csv`: one line per model, four decimals, CRLF as Python's csv module ends lines; an unknown figure is an empty cell. */
export function finalResultsCsv(entries: Readonly<Record<string, FinalEntry>>): string {
  const columns = resultMetrics.flatMap((metric) => [`${metric}_mean`, `${metric}_std`])
  const lines = Object.entries(entries).map(([model, { n_seeds: seeds, metrics }]) => [
    csvCell(model),
    String(seeds),
    ...columns.map((column) => figureCell(metrics[`test_${column}`])),
  ])
  return [['model', 'n_seeds', ...columns], ...lines].map((cells) => `${cells.join(',')}\r\n`).join('')
}
