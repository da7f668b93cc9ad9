import { AppError } from '#shared/contract/app-error.ts'
import { trainingDevice } from '#shared/contract/training.ts'
import type { SeedSummary, TrainingEpoch, TrainingSummary } from '#shared/contract/training.ts'
import { percent, table } from '../output.ts'

/** Throws AppError `training.seeds-malformed`. */
export function parseSeeds(text: string): number[] {
  const seeds = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN))
  if (seeds.every((seed) => Number.isSafeInteger(seed))) return [...new Set(seeds)]
  throw new AppError('training.seeds-malformed', `"${text}" is no list of seeds. Write whole numbers, as 41,42,43.`, {
    seeds: text,
  })
}

/** One epoch while it is told; `elapsedMs` where it is known. */
export function epochLine(
  { epoch, learningRate, train, val }: TrainingEpoch,
  isBest: boolean,
  elapsedMs: number | null,
): string {
  const figures = `loss ${train.loss.toFixed(4)}, val macro F1 (no-null) ${percent(val.macroF1NoNull)}`
  const rate = `rate ${Number(learningRate.toPrecision(4))}${elapsedMs === null ? '' : `, ${(elapsedMs / 1000).toFixed(1)} s`}`
  return `  epoch ${epoch}: ${figures}, accuracy ${percent(val.accuracy)}, ${rate}${isBest ? ', best' : ''}`
}

const seedJson = (summary: SeedSummary) => ({
  seed: summary.seed,
  best_epoch: summary.bestEpoch,
  best_val_macro_f1_no_null: summary.bestValMacroF1NoNull,
  test_macro_f1: summary.test.macroF1,
  test_macro_f1_no_null: summary.test.macroF1NoNull,
  test_accuracy: summary.test.accuracy,
  test_accuracy_no_null: summary.test.accuracyNoNull,
  test_loss: summary.test.loss,
  reused: summary.reused,
})

/** Keys as RAFNet writes them; what is ours goes under `lectern`. */
export const summaryJson = (summary: TrainingSummary) => ({
  model: summary.model,
  family: summary.family,
  output_dir: summary.outputFolder,
  device: trainingDevice,
  n_seeds: summary.seeds.length,
  seeds: summary.seeds.map(seedJson),
  metrics: {
    test_macro_f1_no_null: summary.test.macroF1NoNull,
    test_macro_f1: summary.test.macroF1,
    test_accuracy: summary.test.accuracy,
    test_accuracy_no_null: summary.test.accuracyNoNull,
    test_loss: summary.test.loss,
  },
  files: summary.files,
  lectern: { leakage: summary.leakage, findings: summary.findings },
})

export function summaryLines({ model, seeds, test, outputFolder }: TrainingSummary): string[] {
  const spread = ({ mean, std }: TrainingSummary['test']['accuracy']): string => `${percent(mean)} ± ${percent(std)}`
  return [
    `${model}, ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} on the ${trainingDevice.toUpperCase()}, on test (mean ± population standard deviation)`,
    `macro F1 (no-null, the paper's) ${spread(test.macroF1NoNull)}, macro F1 ${spread(test.macroF1)}, ` +
      `accuracy ${spread(test.accuracy)}`,
    '',
    ...table(
      ['seed', 'best epoch', 'val macro F1', 'test macro F1', 'test accuracy'],
      seeds.map((one) => [
        String(one.seed),
        one.bestEpoch === 0 ? 'none' : String(one.bestEpoch),
        percent(one.bestValMacroF1NoNull),
        percent(one.test.macroF1NoNull),
        percent(one.test.accuracy),
      ]),
    ),
    '',
    `written to ${outputFolder}`,
  ]
}
