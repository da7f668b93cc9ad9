import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import type { ConfigMapping } from '#main/codecs/yaml/config-value.ts'
import { writeConfig } from '#main/codecs/yaml/write-config.ts'
import { writeFailure } from '#main/exchange/files.ts'
import { finalEntry, finalResultsCsv, testFigures } from '#main/exchange/rafnet/final-results.ts'
import type { FinalEntry } from '#main/exchange/rafnet/final-results.ts'
import { stageFile } from '#main/exchange/write-atomically.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { stateDict } from '#main/training/head-state.ts'
import { trainingHistory } from '#main/training/run-results.ts'
import type { SeedResults } from '#main/training/run-results.ts'
import type { BestEpoch, EpochRecord, StateOrigin, TrainingState } from '#main/training/training-state.ts'
import { decodeTrainingState, encodeTrainingState } from '#main/training/training-state.ts'

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
  /** Removes what an earlier training left, so that nothing of it passes for this one's. */
  clear(): Promise<void>
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
  await makeFolder(dirname(file))
  await writeWhole(file, text(value))
}

export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
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
      for (const file of [best, state, resultsFile, history]) await rm(file, { force: true })
    },
    files: () => [best, resultsFile, history, config].filter((file) => existsSync(file)),
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown
  } catch {
    return null
  }
}

/**
 * What belongs to all seeds: `all_seeds_summary.json` (several seeds only) and `final_results.{json,csv}`. The latter lie in the output
 * folder and, where that is RAFNet's `results/training/<model>`, also in `results/evaluation` with the models already there.
 */
export async function writeSummaries(
  outputFolder: string,
  model: string,
  results: readonly SeedResults[],
): Promise<string[]> {
  const files: string[] = []
  const write = async (file: string, pieces: Uint8Array[]): Promise<void> => {
    await writeWhole(file, pieces)
    files.push(file)
  }
  if (results.length > 1) await write(join(outputFolder, 'all_seeds_summary.json'), json(results))
  const entry = finalEntry(results.map((one) => ({ seed: one.seed, figures: testFigures(one) })))
  const folders = [outputFolder]
  const parent = dirname(outputFolder)
  if (basename(parent) === 'training') folders.push(join(dirname(parent), 'evaluation'))
  for (const folder of folders) {
    await makeFolder(folder)
    const file = join(folder, 'final_results.json')
    const known = folder === outputFolder ? null : (readJson(file) as Record<string, FinalEntry> | null)
    const entries = { ...known, [model]: entry }
    await write(file, json(entries))
    const complete = Object.entries(entries).filter(([, { status }]) => status === 'ok')
    await write(join(folder, 'final_results.csv'), text(finalResultsCsv(Object.fromEntries(complete))))
  }
  return files
}
