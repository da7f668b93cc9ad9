import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, resolve } from 'node:path'
import type { ConfigMapping } from '#main/codecs/yaml/config-value.ts'
import { readConfig } from '#main/codecs/yaml/read-config.ts'
import { readFailure } from '#main/exchange/files.ts'
import { findLeakage } from '#main/training/leakage.ts'
import { prepareTraining } from '#main/training/prepare-training.ts'
import type { PreparedTraining } from '#main/training/prepare-training.ts'
import { seedResults, spreadOf } from '#main/training/run-results.ts'
import type { Provenance, SeedResults } from '#main/training/run-results.ts'
import { trainSeed } from '#main/training/train-seed.ts'
import type { SeedResult } from '#main/training/train-seed.ts'
import { parseTrainingConfig, splitNames } from '#main/training/training-config.ts'
import type { SplitName, TrainingConfig } from '#main/training/training-config.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { SeedSummary, TrainingMessage, TrainingSummary } from '#shared/contract/training.ts'
import type { TrainInput } from '../protocol.ts'
import { openTrainingSessions } from '../sessions/open-training-sessions.ts'
import { trainingFindings } from './train-findings.ts'
import { openSeedFolder, writeSummaries } from './train-run-folder.ts'
import type { SeedFolder } from './train-run-folder.ts'
import { loadSplit } from './train-splits.ts'
import type { LoadedSplit } from './train-splits.ts'

type Splits = Readonly<Record<SplitName, LoadedSplit>>

/** One run of `train`: everything its seeds share. */
interface TrainingRun {
  readonly input: TrainInput
  readonly model: string
  readonly config: TrainingConfig
  readonly mapping: ConfigMapping
  readonly outputFolder: string
  readonly splits: Splits
  readonly seeds: readonly number[]
  readonly findings: readonly Finding[]
  readonly leakage: Provenance['leakage']
  readonly fingerprint: string
}

/**
 * Trains every seed of a RAFNet configuration and writes the run folder as RAFNet does. After each epoch the state is saved, so that an
 * interrupted training loses at most the running epoch; `resume` goes on with it and skips seeds that are done.
 *
 * Throws AppError `config.*`, `training.*`, `head.*`, `pickle.*`, `features.*`, `exchange.*`; stops between two runs of the graph when
 * the signal aborts.
 */
export async function* train(input: TrainInput, signal: AbortSignal): AsyncGenerator<TrainingMessage> {
  const run = await openRun(input, signal)
  const sessions = openTrainingSessions()
  try {
    const { config, splits, seeds, findings, leakage, model, outputFolder } = run
    const rows = { train: splits.train.rows, val: splits.val.rows, test: splits.test.rows }
    const prepared = await prepareTraining(config.head, config.options, rows, sessions.open)
    yield {
      kind: 'start',
      model,
      family: config.head.family,
      outputFolder,
      seeds,
      epochs: config.options.epochs,
      students: { train: rows.train.count, val: rows.val.count, test: rows.test.count },
      classWeights: prepared.classWeights,
      findings,
      leakage,
    }
    const done: { readonly results: SeedResults; readonly summary: SeedSummary; readonly files: readonly string[] }[] =
      []
    for (const [position, seed] of seeds.entries()) {
      const finished = yield* trainOne(run, prepared, seed, position, signal)
      done.push(finished)
      yield { kind: 'seed-end', summary: finished.summary }
    }
    const results = done.map((one) => one.results)
    const files = [...done.flatMap((one) => one.files), ...(await writeSummaries(outputFolder, model, results))]
    const summaries = done.map((one) => one.summary)
    yield { kind: 'end', summary: summaryOf(run, summaries, results, files) }
  } finally {
    await sessions.releaseAll()
  }
}

async function openRun(input: TrainInput, signal: AbortSignal): Promise<TrainingRun> {
  const configFile = resolve(input.root, input.config)
  const mapping = readConfig(configFile, readText)
  const config = parseTrainingConfig(mapping, configFile)
  const model = basename(configFile, extname(configFile))
  const outputFolder = resolve(input.root, input.outputFolder ?? config.outputFolder ?? `results/training/${model}`)
  const splits = await loadSplits(config, (path) => locate(path, input.root, configFile), signal)
  const paths = Object.fromEntries(splitNames.map((name) => [name, splits[name].imagePaths]))
  const leakage = findLeakage(paths)
  return {
    input,
    model,
    config,
    mapping,
    outputFolder,
    splits,
    seeds: input.seeds ?? config.seeds,
    findings: trainingFindings(config, splits, leakage),
    leakage,
    fingerprint: fingerprintOf(config, splits, input.appVersion),
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw readFailure(file, error)
  }
}

/** RAFNet's paths start where it is run; a config that was moved together with its data finds them beside itself. */
function locate(path: string, root: string, configFile: string): string {
  const wanted = resolve(root, path)
  const beside = resolve(dirname(configFile), path)
  return !isAbsolute(path) && !existsSync(wanted) && existsSync(beside) ? beside : wanted
}

async function loadSplits(
  { features, head }: TrainingConfig,
  place: (path: string) => string,
  signal: AbortSignal,
): Promise<Splits> {
  const loaded = new Map<string, LoadedSplit>()
  const load = async (name: SplitName): Promise<LoadedSplit> => {
    const file = place(features[name])
    const split = loaded.get(file) ?? (await loadSplit(file, head, signal))
    loaded.set(file, split)
    return split
  }
  return { train: await load('train'), val: await load('val'), test: await load('test') }
}

/** What a resumed training must share to give the same numbers; seeds and places may differ. */
function fingerprintOf({ head, options }: TrainingConfig, splits: Splits, appVersion: string): string {
  const features = splitNames.map((name) => splits[name].sha256)
  return createHash('sha256').update(JSON.stringify({ head, options, features, appVersion })).digest('hex')
}

async function* trainOne(
  run: TrainingRun,
  prepared: PreparedTraining,
  seed: number,
  position: number,
  signal: AbortSignal,
): AsyncGenerator<TrainingMessage, { results: SeedResults; summary: SeedSummary; files: string[] }> {
  const { input, config, fingerprint } = run
  const folder = await openSeedFolder(run.outputFolder, seed)
  const known = input.resume ? folder.loadResults(fingerprint) : null
  if (known !== null) return { results: known, summary: seedSummary(known, true), files: folder.files() }
  const state = input.resume ? folder.loadState(fingerprint) : null
  if (state === null) await folder.clear()
  await folder.saveConfig(run.mapping)
  yield { kind: 'seed', seed, position, resumedAfterEpoch: state?.history.length ?? 0 }
  const splits = { train: run.splits.train.rows, val: run.splits.val.rows, test: run.splits.test.rows }
  const request = { config: config.head, options: config.options, splits, seed, state }
  const result = yield* followSeed(run, folder, trainSeed(prepared, request, signal), seed)
  const results = seedResults(
    {
      model: run.model,
      config,
      configFile: resolve(input.root, input.config),
      device: 'cpu',
      timestamp: new Date().toISOString(),
      provenance: provenanceOf(run, prepared),
    },
    seed,
    result,
  )
  await folder.saveResults(results, result.history)
  return { results, summary: seedSummary(results, false), files: folder.files() }
}

/** Passes a seed's events on, and saves the best epoch and the state after each. */
async function* followSeed(
  { config, fingerprint }: TrainingRun,
  folder: SeedFolder,
  training: ReturnType<typeof trainSeed>,
  seed: number,
): AsyncGenerator<TrainingMessage, SeedResult> {
  let start = performance.now()
  for (;;) {
    const next = await training.next()
    if (next.done) return next.value
    const event = next.value
    if (event.kind === 'steps') {
      yield { ...event, seed }
      continue
    }
    const { state, record, isBest } = event
    if (isBest && state.best) await folder.saveBest(config.head, state.best)
    await folder.saveState(state, fingerprint)
    const now = performance.now()
    yield { kind: 'epoch', seed, record, isBest, elapsedMs: now - start }
    start = now
  }
}

function provenanceOf({ input, splits, leakage, fingerprint }: TrainingRun, prepared: PreparedTraining): Provenance {
  return {
    version: input.appVersion,
    lock_file_sha256: input.lockFileSha256,
    features_sha256: { train: splits.train.sha256, val: splits.val.sha256, test: splits.test.sha256 },
    label_state: 'as in the feature files',
    class_weights: prepared.classWeights,
    leakage,
    fingerprint,
  }
}

const seedSummary = (results: SeedResults, reused: boolean): SeedSummary => ({
  seed: results.seed,
  bestEpoch: results.best_epoch,
  bestValMacroF1NoNull: results.best_val_macro_f1_no_null,
  test: {
    loss: results.test_loss,
    macroF1: results.test_macro_f1,
    macroF1NoNull: results.test_macro_f1_no_null,
    accuracy: results.test_accuracy,
    accuracyNoNull: results.test_accuracy_no_null,
  },
  reused,
})

function summaryOf(
  { model, config, outputFolder, findings, leakage }: TrainingRun,
  seeds: readonly SeedSummary[],
  results: readonly SeedResults[],
  files: readonly string[],
): TrainingSummary {
  return {
    model,
    family: config.head.family,
    outputFolder,
    seeds,
    test: {
      macroF1NoNull: spreadOf(results, 'macro_f1_no_null'),
      macroF1: spreadOf(results, 'macro_f1'),
      accuracy: spreadOf(results, 'accuracy'),
      accuracyNoNull: spreadOf(results, 'accuracy_no_null'),
      loss: spreadOf(results, 'loss'),
    },
    findings,
    leakage,
    files,
  }
}
