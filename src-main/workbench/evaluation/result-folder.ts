import { basename, join, relative, resolve, sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AppError, cancelled, toAppError } from '#shared/contract/app-error.ts'
import type { ResultFolder } from '#shared/contract/evaluation.ts'
import { finalEntry, finalResultsCsv, spreadOfMetric, type FinalEntry } from '#main/exchange/rafnet/final-results.ts'
import { writeFileAtomically } from '../files.ts'
import { findResults, readPythonJson, type ResultProblem } from './result-folder-files.ts'
import {
  ensembleModel,
  mapMetrics,
  readEnsembles,
  readSeedRecord,
  readSummaryRecords,
  type SeedRecord,
} from './result-folder-records.ts'

/**
 * Results that RAFNet's Python or Lectern wrote, summed up over seeds: the `results.json` of every seed below the folder, seeds that only
 * an `all_seeds_summary.json` knows, and ensembles that only a `final_results.json` knows. `out` gets `final_results.json` and `.csv` as
 * RAFNet writes them. A file that cannot be read is told, and the others count.
 *
 * Throws AppError `evaluation.no-results`, `file.missing`, `file.failed`, what `writeFileAtomically` throws, and `job.cancelled`.
 */
export async function readResultFolder(folder: string, out: string | null, signal: AbortSignal): Promise<ResultFolder> {
  const root = resolve(folder)
  const problems: ResultProblem[] = []
  const read = await readAll(root, problems, signal)
  const models = namedModels(root, read.records)
  const ensembles = [...read.ensembles].filter(([name]) => !models.has(name))
  if (models.size + ensembles.length + problems.length === 0) throw noResults(root)
  const result: ResultFolder = {
    folder: root,
    models: [
      ...[...models].map(([name, records]) => toModel(name, records)),
      ...ensembles.map(([name, entry]) => ensembleModel(name, entry)),
    ],
    problems,
  }
  if (out !== null) {
    const entries = [...[...models].map(([name, records]) => [name, toEntry(records)] as const), ...ensembles]
    await writeFinals(resolve(out), Object.fromEntries(entries))
  }
  return result
}

interface ReadResults {
  readonly records: readonly SeedRecord[]
  readonly ensembles: ReadonlyMap<string, FinalEntry>
}

async function readAll(root: string, problems: ResultProblem[], signal: AbortSignal): Promise<ReadResults> {
  const found = await findResults(root, signal)
  problems.push(...found.problems)
  const read = async <Value>(file: string, parse: (value: unknown) => Value | string): Promise<Value | null> => {
    await setImmediate()
    if (signal.aborted) throw cancelled()
    try {
      const value = parse(await readPythonJson(file))
      if (typeof value !== 'string') return value
      problems.push({ file, reason: value })
    } catch (error) {
      problems.push({ file, reason: toAppError(error).message })
    }
    return null
  }
  const records: SeedRecord[] = []
  const known = new Set<string>()
  const add = (record: SeedRecord): void => {
    const key = JSON.stringify([record.modelFolder, record.seed])
    if (known.has(key)) return
    known.add(key)
    records.push(record)
  }
  for (const file of found.seeds) {
    const record = await read(file, (value) => readSeedRecord(file, value))
    if (record !== null) add(record)
  }
  for (const file of found.summaries) {
    for (const record of (await read(file, (value) => readSummaryRecords(file, value))) ?? []) add(record)
  }
  const ensembles = new Map<string, FinalEntry>()
  for (const file of found.finals) {
    for (const [name, entry] of (await read(file, readEnsembles)) ?? []) ensembles.set(name, entry)
  }
  return { records, ensembles }
}

/** Records by the name of their model's folder, or by its path where two have one name; names and seeds ascend. */
function namedModels(root: string, records: readonly SeedRecord[]): ReadonlyMap<string, readonly SeedRecord[]> {
  const byFolder = Map.groupBy(records, (record) => record.modelFolder)
  const names = [...byFolder.keys()].map((folder) => basename(folder))
  const nameOf = (folder: string): string => {
    const name = basename(folder)
    const isUnique = names.filter((one) => one === name).length === 1
    return isUnique ? name : relative(root, folder).split(sep).join('/') || name
  }
  const named = [...byFolder].map(([folder, own]) => [nameOf(folder), own.toSorted((a, b) => a.seed - b.seed)] as const)
  return new Map(named.sort(([one], [other]) => (one < other ? -1 : 1)))
}

function toModel(model: string, records: readonly SeedRecord[]): ResultFolder['models'][number] {
  const figures = records.map((record) => record.figures)
  return {
    model,
    seeds: records.map((record) => ({
      seed: record.seed,
      ...mapMetrics((metric) => record.figures[metric]),
      bestEpoch: record.bestEpoch,
    })),
    metrics: mapMetrics((metric) => spreadOfMetric(figures, metric)),
  }
}

function toEntry(records: readonly SeedRecord[]): FinalEntry {
  const components = records.find((record) => record.components !== null)?.components
  return { ...finalEntry(records), ...(components ? { component_models: components } : {}) }
}

async function writeFinals(out: string, entries: Readonly<Record<string, FinalEntry>>): Promise<void> {
  await writeFileAtomically(join(out, 'final_results.json'), `${JSON.stringify(entries, null, 2)}\n`)
  await writeFileAtomically(join(out, 'final_results.csv'), finalResultsCsv(entries))
}

const noResults = (folder: string): AppError =>
  new AppError(
    'evaluation.no-results',
    `There are no results below ${folder}: no results.json, all_seeds_summary.json or final_results.json. Choose the folder that a training wrote to, or one above it.`,
    { folder },
  )
