import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { TrainingMessage, TrainingSummary } from '#shared/contract/training.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { findingLines } from './findings.ts'
import { splitOptions, trainProject, type TrainProjectOptions } from './train-project.ts'
import { epochLine, parseSeeds, summaryJson, summaryLines } from './training-lines.ts'

export interface TrainOptions {
  readonly config?: string
  readonly seeds?: string
  readonly out?: string
  readonly root?: string
  readonly resume?: string | boolean
}

export const trainCommand: Declaration = ({ command, run }) =>
  splitOptions(
    command('train [project]', "train heads on a project's labels, or from RAFNet's own configuration")
      .option('--config <yaml>', 'RAFNet config; without a project it names the feature pickles and output_dir, too')
      .option('--preset <name>', "one of the paper's configurations, as grouprec_convnext_gated_loss_tuned")
      .option('--head <family>', 'a head family, as gated_fusion_classifier')
      .option('--modalities <names>', 'what --head fuses, as grouprec,convnext')
      .option('--spatial', 'give the graph of --head the boxes and photos'),
  )
    .option('--seeds <list>', "seeds in place of the recipe's, as 41,42,43")
    .option('--epochs <n>', "epochs in place of the recipe's")
    .option('--batch-size <n>', "students of a step in place of the recipe's")
    .option('--learning-rate <x>', "rate in place of the recipe's")
    .option(
      '--contrastive <weight,temperature>',
      "supervised contrastive loss in place of the recipe's, as 0.05,0.2; 0 for none",
    )
    .option('--mixup <alpha>', "mixup of labels by Beta(alpha, alpha) in place of the recipe's, as 0.2; 0 for none")
    .option('--name <name>', 'name of the training; the recipe by default')
    .option('--adopt', 'make a model of the best seed and run it on the project')
    .option('--plan', 'only say what it would be made of')
    .option('--out <dir>', "without a project: folder in place of the config's output_dir")
    .option('--root <dir>', 'where relative paths of the config start; the current folder by default')
    .option('--resume [id]', 'go on with a paused training of the project, or with what an interrupted --config left')
    .action(run(train))

const train = (context: CommandContext, project: string | undefined, options: TrainProjectOptions): Promise<void> =>
  project === undefined ? trainConfig(context, options) : trainProject(context, project, options)

/** `train --config <yaml>`: RAFNet's own configuration, from the pickles it names to the run folder it asks for. */
async function trainConfig(context: CommandContext, options: TrainOptions): Promise<void> {
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
