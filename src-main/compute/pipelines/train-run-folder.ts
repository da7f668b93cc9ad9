import { existsSync, readFileSync } from 'node:fs'
import { readdir, rm, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import type { ConfigMapping } from '#main/codecs/yaml/config-value.ts'
import { writeConfig } from '#main/codecs/yaml/write-config.ts'
import { removeLeftover, systemCode, writeFailure } from '#main/exchange/files.ts'
import { finalEntry, finalResultsCsv, summedUpEntries, testFigures } from '#main/exchange/rafnet/final-results.ts'
import { parsePythonJson } from '#main/exchange/rafnet/python-json.ts'
import { makeFolder } from '#main/exchange/make-folder.ts'
import { stageFile } from '#main/exchange/write-atomically.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { stateDict } from '#main/training/head-state.ts'
import { trainingHistory } from '#main/training/run-results.ts'
import type { SeedResults } from '#main/training/run-results.ts'
import type { BestEpoch, EpochRecord, StateOrigin, TrainingState } from '#main/training/training-state.ts'
import { decodeTrainingState, encodeTrainingState } from '#main/training/training-state.ts'
import type { Finding } from '#shared/contract/summary.ts'

/** The files of one seed, as RAFNet names them; the state file is ours and goes when the seed is done. */
export interface SeedFolder {
  readonly folder: string
  readonly resultsFile: string
  saveConfig(config: ConfigMapping): Promise<void>
  saveBest(head: HeadConfig, best: BestEpoch): Promise<void>
  saveState(state: TrainingState, origin: StateOrigin): Promise<void>
  /** The state of an interrupted training with this fingerprint, or null. */
  loadState(fingerprint: string): ReturnType<typeof decodeTrainingState>
  /** The results of a finished training with this fingerprint, or null. */
  loadResults(fingerprint: string): SeedResults | null
  saveResults(results: SeedResults, history: readonly EpochRecord[]): Promise<void>
  /** Removes what an earlier training left, so that nothing of it passes for this one's. Throws AppError `training.write-failed`. */
  clear(): Promise<void>
  /** Removes files that a killed training had not written to their end. */
  sweep(): Promise<void>
  /** Files that lie there now. */
  files(): string[]
}

export const text = (value: string): Uint8Array[] => [new TextEncoder().encode(value)]
export const json = (value: unknown): Uint8Array[] => text(`${JSON.stringify(value, null, 2)}\n`)

/** Writes a file whole or not at all. Throws AppError `training.write-failed`. */
export async function writeWhole(file: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const staging = stageFile(file, pieces, 'training.write-failed')
  for (;;) {
    const next = await staging.next()
    if (next.done) return next.value.commit()
  }
}

/** Writes a file whole or not at all, its folder first. Throws AppError `training.write-failed`. */
export async function writeText(file: string, value: string): Promise<void> {
  makeOutputFolder(dirname(file))
  await writeWhole(file, text(value))
}

/** Throws AppError `training.write-failed`. */
export function makeOutputFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    throw writeFailure('training.write-failed', folder, error)
  }
}

/** Nothing is there before the configuration is saved. */
export function openSeedFolder(outputFolder: string, seed: number): SeedFolder {
  const folder = join(outputFolder, `seed_${seed}`)
  const at = (name: string): string => join(folder, name)
  const [best, config, state] = [at('best_model.pth'), at('config.yaml'), at('training_state.bin')]
  const [resultsFile, history] = [at('results.json'), at('training_history.json')]
  return {
    folder,
    resultsFile,
    saveConfig: (value) => writeText(config, writeConfig(value)),
    saveBest: (head, { weights, steps }) => writeWhole(best, [writeCheckpoint(stateDict(head, weights, steps))]),
    saveState: (value, origin) => writeWhole(state, encodeTrainingState(value, origin)),
    loadState: (fingerprint) =>
      existsSync(state) ? decodeTrainingState(readFileSync(state), fingerprint, state) : null,
    loadResults: (fingerprint) => {
      const known = readJson(resultsFile)
      // Our own file: whoever wrote the fingerprint wrote the keys beside it.
      const results = known as SeedResults | null
      return results?.lectern?.fingerprint === fingerprint ? results : null
    },
    saveResults: async (results, records) => {
      await writeWhole(history, json(trainingHistory(records)))
      await writeWhole(resultsFile, json(results))
      await rm(state, { force: true })
    },
    clear: async () => {
      for (const file of [best, state, resultsFile, history]) await removeFile(file)
    },
    sweep: async () => {
      const names = await readdir(folder).catch(() => [])
      for (const name of names) if (unfinished.test(name)) await removeLeftover(at(name))
    },
    files: () => [best, resultsFile, history, config].filter((file) => existsSync(file)),
  }
}

/** What `stageFile` leaves of a run folder's file where the process dies. */
const unfinished =
  /^(best_model\.pth|config\.yaml|training_state\.bin|results\.json|training_history\.json)\.\w{8}\.part$/

/** Not `rm`, which tells of a folder in a way of its own. */
async function removeFile(file: string): Promise<void> {
  try {
    await unlink(file)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw writeFailure('training.write-failed', file, error)
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown
  } catch {
    return null
  }
}

/** The folders that results of all seeds go to: the run folder and, where that is RAFNet's `results/training/<model>`, `results/evaluation`. */
const summaryFolders = (outputFolder: string): readonly [run: string, evaluation: string | null] => {
  const parent = dirname(outputFolder)
  return [outputFolder, basename(parent) === 'training' ? join(dirname(parent), 'evaluation') : null]
}

/** Makes the folders that the results of all seeds go to, before hours are spent. Throws AppError `training.write-failed`. */
export function makeSummaryFolders(outputFolder: string): void {
  for (const folder of summaryFolders(outputFolder)) if (folder !== null) makeOutputFolder(folder)
}

/**
 * What belongs to all seeds: `all_seeds_summary.json` (several seeds only) and `final_results.{json,csv}`. The latter lie in the run
 * folder and, beside the models already there, in RAFNet's `results/evaluation`; what cannot be read there is left as it is, and told.
 * Throws AppError `training.write-failed`.
 */
export async function writeSummaries(
  outputFolder: string,
  model: string,
  results: readonly SeedResults[],
): Promise<{ readonly files: readonly string[]; readonly findings: readonly Finding[] }> {
  const files: string[] = []
  const write = async (file: string, pieces: Uint8Array[]): Promise<void> => {
    await writeWhole(file, pieces)
    files.push(file)
  }
  const writeFinals = async (folder: string, entries: Readonly<Record<string, unknown>>): Promise<void> => {
    makeOutputFolder(folder)
    await write(join(folder, 'final_results.json'), json(entries))
    await write(join(folder, 'final_results.csv'), text(finalResultsCsv(summedUpEntries(entries))))
  }
  if (results.length > 1) await write(join(outputFolder, 'all_seeds_summary.json'), json(results))
  const entry = finalEntry(results.map((one) => ({ seed: one.seed, figures: testFigures(one) })))
  const [run, evaluation] = summaryFolders(outputFolder)
  await writeFinals(run, { [model]: entry })
  if (evaluation === null) return { files, findings: [] }
  const shared = join(evaluation, 'final_results.json')
  const known = readModels(shared)
  if (known === null) return { files, findings: [evaluationKept(shared, run)] }
  await writeFinals(evaluation, { ...known, [model]: entry })
  return { files, findings: [] }
}

/** The models of a `final_results.json`: none where it is not there, null where it cannot be read as a mapping of models. */
function readModels(file: string): Readonly<Record<string, unknown>> | null {
  if (!existsSync(file)) return {}
  try {
    const value = parsePythonJson(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

const evaluationKept = (file: string, run: string): Finding => ({
  code: 'training.evaluation-kept',
  severity: 'warning',
  count: 1,
  examples: [file],
  message: `${file} is no mapping of models that can be read, so it was left as it is; the results of this training are in ${join(run, 'final_results.json')}.`,
})
