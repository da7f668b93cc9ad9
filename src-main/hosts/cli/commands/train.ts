import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { TrainingMessage, TrainingSummary } from '#shared/contract/training.ts'
import type { CommandContext } from '../command.ts'
import { findingLines } from './findings.ts'
import { epochLine, parseSeeds, summaryJson, summaryLines } from './training-lines.ts'

export interface TrainOptions {
  readonly config?: string
  readonly seeds?: string
  readonly out?: string
  readonly root?: string
  readonly resume?: string | boolean
}

/** `train --config <yaml>`: RAFNet's own configuration, from the pickles it names to the run folder it asks for. */
export async function trainConfig(context: CommandContext, options: TrainOptions): Promise<void> {
  const { client, output, signal } = context
  if (options.config === undefined) {
    throw new AppError('cli.usage', 'Name a project to train on, or a RAFNet config with --config <yaml>.')
  }
  const request = {
    config: resolve(options.config),
    root: resolve(options.root ?? '.'),
    seeds: options.seeds === undefined ? null : parseSeeds(options.seeds),
    outputFolder: options.out === undefined ? null : resolve(options.out),
    resume: options.resume !== undefined,
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
  return [epochLine(message.record, message.isBest, message.elapsedMs)]
}
