import { join, resolve } from 'node:path'
import { finalEntry, finalResultsCsv } from '#main/exchange/rafnet/final-results.ts'
import { baselineResult } from '#main/training/baselines/baseline-results.ts'
import { baselineData, fitBaseline } from '#main/training/baselines/fit-baseline.ts'
import type { BaselineRows } from '#main/training/baselines/fit-baseline.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { BaselineResult } from '#shared/contract/training.ts'
import type { BaselineRequest, BaselineStep, BaselineStudents } from '../training-protocol.ts'
import { driveSteps } from './drive-steps.ts'
import { readVectors } from './read-vectors.ts'
import { json, makeOutputFolder, text, writeWhole } from './train-run-folder.ts'
import { loadSplit } from './train-splits.ts'
import { resolveRecipe } from './training-recipe.ts'
import type { ResolvedRecipe } from './training-recipe.ts'

/** Parts that the work of one baseline is told in. */
const parts = 100

/**
 * Fits baselines on the training students, one after the other, and judges each on those of the test split. Throws AppError
 * `baselines.one-class`, `baselines.too-few`, what `resolveRecipe` and `loadSplit` throw, `training.write-failed`, and the signal's reason.
 */
export async function* fitBaselines(input: BaselineRequest, signal: AbortSignal): AsyncGenerator<BaselineStep> {
  const { baselines, seed } = input
  const recipe = resolveRecipe(input.request)
  const { classes } = recipe.config.head
  const { train, test } = await readRows(input, recipe, signal)
  checkClasses(train, recipe)
  const data = baselineData(train, test, classes, seed)
  const judge = { labels: test.labels, classes, nullIndex: recipe.config.options.nullIndex }
  const total = baselines.length * parts
  const results: BaselineResult[] = []
  for (const [index, baseline] of baselines.entries()) {
    let share = 0
    const onEpoch = (done: number, most: number): void => {
      share = done / most
    }
    const start = performance.now()
    const fitting = driveSteps(fitBaseline(baseline, data, { onEpoch }), signal)
    let step = await fitting.next()
    for (; !step.done; step = await fitting.next()) {
      yield { kind: 'progress', done: index * parts + Math.floor(share * parts), total }
    }
    const result = baselineResult(baseline, step.value, judge, performance.now() - start)
    results.push(result)
    yield { kind: 'result', result }
    yield { kind: 'progress', done: (index + 1) * parts, total }
  }
  yield { kind: 'end', files: input.out === null ? [] : await writeResults(resolve(input.out), results, seed) }
}

interface BothRows {
  readonly train: BaselineRows
  readonly test: BaselineRows
}

async function readRows(
  { students }: BaselineRequest,
  { config, files }: ResolvedRecipe,
  signal: AbortSignal,
): Promise<BothRows> {
  if (students === null) {
    const train = await loadSplit(files.train, config.head, signal)
    const test = await loadSplit(files.test, config.head, signal)
    return { train: train.rows, test: test.rows }
  }
  return { train: await rowsOf(students.train, signal), test: await rowsOf(students.test, signal) }
}

async function rowsOf({ modalities, labels }: BaselineStudents, signal: AbortSignal): Promise<BaselineRows> {
  const columns: BaselineRows['columns'] extends ReadonlyMap<string, infer Block> ? Map<string, Block> : never =
    new Map()
  for (const modality of modalities) {
    columns.set(modality.name, { width: modality.width, values: await readVectors(modality, signal) })
  }
  return { count: labels.length, columns, labels }
}

function checkClasses({ labels }: BaselineRows, { config }: ResolvedRecipe): void {
  const [only, ...others] = new Set(labels)
  if (only === undefined || others.length > 0) return
  const name = config.labelNames[only] ?? String(only)
  throw new AppError(
    'baselines.one-class',
    `All ${labels.length} students to train on are ${name}, so there is nothing to tell apart. Label students of other classes, or choose other splits.`,
    { class: name, students: labels.length },
  )
}

/** Written as RAFNet writes final results, without a loss: baselines have one of their own each, which says nothing beside the others. */
async function writeResults(out: string, results: readonly BaselineResult[], seed: number): Promise<string[]> {
  const entries = results.map(({ name, modalities, elapsedMs, macroF1, macroF1NoNull, accuracy, accuracyNoNull }) => {
    const figures = { macro_f1_no_null: macroF1NoNull, macro_f1: macroF1, accuracy, accuracy_no_null: accuracyNoNull }
    const entry = finalEntry([{ seed, figures: { ...figures, loss: null } }])
    return [name, { ...entry, modalities, elapsed_ms: Math.round(elapsedMs) }] as const
  })
  const files = [join(out, 'baselines.json'), join(out, 'baselines.csv')] as const
  makeOutputFolder(out)
  await writeWhole(files[0], json(Object.fromEntries(entries)))
  await writeWhole(files[1], text(finalResultsCsv(Object.fromEntries(entries))))
  return [...files]
}
