import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { SeedSummary, TrainingMessage, TrainingSummary } from '#shared/contract/training.ts'
import type { CommandContext } from '../command.ts'
import { percent, table } from '../output.ts'
import { findingLines } from './findings.ts'

export interface TrainOptions {
  readonly config: string
  readonly seeds?: string
  readonly out?: string
  readonly root?: string
  readonly resume?: boolean
}

/** `train --config <yaml>`: RAFNet's own configuration, from the pickles it names to the run folder it asks for. */
export async function train(context: CommandContext, options: TrainOptions): Promise<void> {
  const { client, output, signal } = context
  const request = {
    config: resolve(options.config),
    root: resolve(options.root ?? '.'),
    seeds: options.seeds === undefined ? null : parseSeeds(options.seeds),
    outputFolder: options.out === undefined ? null : resolve(options.out),
    resume: options.resume ?? false,
  }
  let summary: TrainingSummary | null = null
  for await (const message of client.training.run(request, { signal })) {
    for (const line of progressLines(message)) output.note(line)
    if (message.kind === 'end') summary = message.summary
  }
  if (summary === null)
    throw new AppError('training.ended-early', 'The training ended without a result. Run it again with --resume.')
  output.result(summaryJson(summary), summaryLines(summary))
}

function parseSeeds(text: string): number[] {
  const seeds = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN))
  if (seeds.every((seed) => Number.isSafeInteger(seed))) return [...new Set(seeds)]
  throw new AppError('training.seeds-malformed', `"${text}" is no list of seeds. Write whole numbers, as 41,42,43.`, {
    seeds: text,
  })
}

function progressLines(message: TrainingMessage): string[] {
  if (message.kind === 'start') {
    const { model, family, students, findings, outputFolder } = message
    return [
      `${model} (${family}): ${students.train} students to train on, ${students.val} to validate, ${students.test} to test`,
      `writes to ${outputFolder}`,
      ...findingLines(findings),
    ]
  }
  if (message.kind === 'seed') {
    const after = message.resumedAfterEpoch
    return [`seed ${message.seed}${after > 0 ? `: goes on after epoch ${after}` : ''}`]
  }
  if (message.kind !== 'epoch') return []
  const { record, isBest, elapsedMs } = message
  const figures = `loss ${record.train.loss.toFixed(4)}, val macro F1 (no-null) ${percent(record.val.macroF1NoNull)}`
  const rate = `rate ${record.learningRate}, ${(elapsedMs / 1000).toFixed(1)} s`
  return [
    `  epoch ${record.epoch}: ${figures}, accuracy ${percent(record.val.accuracy)}, ${rate}${isBest ? ', best' : ''}`,
  ]
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
const summaryJson = (summary: TrainingSummary) => ({
  model: summary.model,
  family: summary.family,
  output_dir: summary.outputFolder,
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

function summaryLines({ model, seeds, test, outputFolder }: TrainingSummary): string[] {
  const spread = ({ mean, std }: TrainingSummary['test']['accuracy']): string => `${percent(mean)} ± ${percent(std)}`
  return [
    `${model}, ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'}, on test (mean ± population standard deviation)`,
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
