import { createHash } from 'node:crypto'
import { basename, extname, resolve } from 'node:path'
import type { ConfigMapping } from '#main/codecs/yaml/config-value.ts'
import { readConfig } from '#main/codecs/yaml/read-config.ts'
import { spreadOfMetric, testFigures } from '#main/exchange/rafnet/final-results.ts'
import type { ResultMetric } from '#main/exchange/rafnet/final-results.ts'
import { countClasses } from '#main/training/losses/class-weights.ts'
import { prepareTraining } from '#main/training/prepare-training.ts'
import type { PreparedTraining } from '#main/training/prepare-training.ts'
import { seedResults } from '#main/training/run-results.ts'
import type { Provenance, SeedResults } from '#main/training/run-results.ts'
import { trainSeed } from '#main/training/train-seed.ts'
import type { SeedResult } from '#main/training/train-seed.ts'
import { parseTrainingConfig, splitNames } from '#main/training/training-config.ts'
import type { SplitName, TrainingConfig } from '#main/training/training-config.ts'
import type { StateOrigin } from '#main/training/training-state.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Finding } from '#shared/contract/summary.ts'
import { trainingDevice } from '#shared/contract/training.ts'
import type { SeedSpread, SeedSummary, TrainingMessage, TrainingSummary } from '#shared/contract/training.ts'
import type { TrainInput } from '../protocol.ts'
import { openTrainingSessions } from '../sessions/open-training-sessions.ts'
import { locate, readText } from './config-files.ts'
import type { StopFlag } from './stop-requests.ts'
import { ignoredKeys, leakageOf, splitFindings } from './train-findings.ts'
import type { JudgedSplit } from './train-findings.ts'
import { makeSummaryFolders, openSeedFolder, writeSummaries } from './train-run-folder.ts'
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
 * interrupted training loses at most the running epoch; `resume` goes on with it and skips seeds that are done. Once `stop` is requested
 * it ends early: the best epoch so far of every seed that began is tested and kept, a first epoch is completed where there is none yet.
 *
 * Throws AppError `config.*`, `training.*`, `head.*`, `pickle.*`, `features.*`, `exchange.*`; stops between two runs of the graph when
 * the signal aborts.
 */
export async function* train(
  input: TrainInput,
  signal: AbortSignal,
  stop: Pick<StopFlag, 'requested'>,
): AsyncGenerator<TrainingMessage> {
  const run = await openRun(input, signal)
  const sessions = openTrainingSessions()
  try {
    const { config, splits, seeds, findings, leakage, model, outputFolder } = run
    const rows = { train: splits.train.rows, val: splits.val.rows, test: splits.test.rows }
    const prepared = await prepareTraining(config.head, config.options, rows, sessions.open)
    makeSummaryFolders(outputFolder)
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
    const done: FinishedSeed[] = []
    const endsEarly = (epochs: number): boolean => input.finish || (stop.requested() && (epochs > 0 || done.length > 0))
    for (const [position, seed] of seeds.entries()) {
      const finished = yield* trainOne(run, prepared, { seed, position, endsEarly }, signal)
      if (finished === null) continue
      done.push(finished)
      yield { kind: 'seed-end', summary: finished.summary }
    }
    if (done.length === 0) throw nothingToKeep(model)
    const results = done.map((one) => one.results)
    const written = await writeSummaries(outputFolder, model, results)
    const files = [...done.flatMap((one) => one.files), ...written.files]
    const summaries = done.map((one) => one.summary)
    const told = { ...run, findings: [...findings, ...written.findings] }
    yield { kind: 'end', summary: summaryOf(told, summaries, results, files) }
  } finally {
    await sessions.releaseAll()
  }
}

const nothingToKeep = (model: string): AppError =>
  new AppError(
    'training.nothing-to-keep',
    `No epoch of ${model} is complete, so there is nothing to test and keep. Go on with the training, or remove it.`,
    { model },
  )

async function openRun(input: TrainInput, signal: AbortSignal): Promise<TrainingRun> {
  const configFile = resolve(input.root, input.config)
  const mapping = readConfig(configFile, readText)
  const config = parseTrainingConfig(mapping, configFile)
  const model = basename(configFile, extname(configFile))
  const outputFolder = resolve(input.root, input.outputFolder ?? config.outputFolder ?? `results/training/${model}`)
  const splits = await loadSplits(config, (path) => locate(path, input.root, configFile), signal)
  const judged = (name: SplitName): JudgedSplit => ({
    classCounts: countClasses(splits[name].rows.labels, config.head.classes),
    imagePaths: splits[name].imagePaths,
  })
  const known = { train: judged('train'), val: judged('val'), test: judged('test') }
  const leakage = leakageOf(known) ?? input.leakage
  return {
    input,
    model,
    config,
    mapping,
    outputFolder,
    splits,
    seeds: input.seeds ?? config.seeds,
    findings: [...splitFindings(config.labelNames, known, leakage), ...ignoredKeys(config)],
    leakage,
    fingerprint: fingerprintOf(config, splits),
  }
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

/** What a resumed training must share; seeds, places and the version of Lectern may differ. */
function fingerprintOf({ head, options }: TrainingConfig, splits: Splits): string {
  const features = splitNames.map((name) => splits[name].sha256)
  return createHash('sha256').update(JSON.stringify({ head, options, features })).digest('hex')
}

interface SeedTurn {
  readonly seed: number
  readonly position: number
  readonly endsEarly: (epochs: number) => boolean
}

interface FinishedSeed {
  readonly results: SeedResults
  readonly summary: SeedSummary
  readonly files: readonly string[]
}

/** Null for a seed that never began, or has no complete epoch, when the training ends early. */
async function* trainOne(
  run: TrainingRun,
  prepared: PreparedTraining,
  { seed, position, endsEarly }: SeedTurn,
  signal: AbortSignal,
): AsyncGenerator<TrainingMessage, FinishedSeed | null> {
  const { input, config, fingerprint } = run
  const folder = openSeedFolder(run.outputFolder, seed)
  const known = input.resume ? folder.loadResults(fingerprint) : null
  if (known !== null) return { results: known, summary: seedSummary(known, true), files: folder.files() }
  const saved = input.resume ? folder.loadState(fingerprint) : null
  const state = saved?.state ?? null
  const versions = [...new Set([...(saved?.versions ?? []), input.appVersion])]
  if (state === null && endsEarly(0)) return null
  await folder.sweep()
  if (state === null) await folder.clear()
  await folder.saveConfig(run.mapping)
  const history = state?.history ?? []
  yield { kind: 'seed', seed, position, resumedAfterEpoch: history.length, history }
  const splits = { train: run.splits.train.rows, val: run.splits.val.rows, test: run.splits.test.rows }
  const request = { config: config.head, options: config.options, splits, seed, state, endsEarly }
  const training = trainSeed(prepared, request, signal)
  const result = yield* followSeed({ fingerprint, versions }, config.head, folder, training, seed)
  if (result === null) return null
  const results = seedResults(
    {
      model: run.model,
      config,
      configFile: resolve(input.root, input.config),
      device: trainingDevice,
      timestamp: new Date().toISOString(),
      provenance: provenanceOf(run, prepared, result, versions),
    },
    seed,
    result,
  )
  await folder.saveResults(results, result.history)
  return { results, summary: seedSummary(results, false), files: folder.files() }
}

/** Passes a seed's events on, and saves the best epoch and the state after each. */
async function* followSeed(
  origin: StateOrigin,
  head: HeadConfig,
  folder: SeedFolder,
  training: ReturnType<typeof trainSeed>,
  seed: number,
): AsyncGenerator<TrainingMessage, SeedResult | null> {
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
    if (isBest && state.best) await folder.saveBest(head, state.best)
    await folder.saveState(state, origin)
    const now = performance.now()
    yield { kind: 'epoch', seed, record, isBest, elapsedMs: now - start }
    start = now
  }
}

function provenanceOf(
  { input, config, splits, leakage, fingerprint }: TrainingRun,
  prepared: PreparedTraining,
  { history }: SeedResult,
  versions: readonly string[],
): Provenance {
  return {
    version: input.appVersion,
    versions,
    lock_file_sha256: input.lockFileSha256,
    features_sha256: { train: splits.train.sha256, val: splits.val.sha256, test: splits.test.sha256 },
    label_state: input.labelState ?? 'as in the feature files',
    ...(history.length < config.options.epochs && { stopped_after_epoch: history.length }),
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
  const figures = results.map(testFigures)
  // A loss that ran away has no mean.
  const spread = (metric: ResultMetric): SeedSpread =>
    spreadOfMetric(figures, metric) ?? { mean: Number.NaN, std: Number.NaN }
  return {
    model,
    family: config.head.family,
    outputFolder,
    seeds,
    test: {
      macroF1NoNull: spread('macro_f1_no_null'),
      macroF1: spread('macro_f1'),
      accuracy: spread('accuracy'),
      accuracyNoNull: spread('accuracy_no_null'),
      loss: spread('loss'),
    },
    findings,
    leakage,
    files,
  }
}
