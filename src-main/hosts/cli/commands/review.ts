import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { ReviewItem, ReviewReason } from '#shared/contract/learning.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { findRun } from './evaluate.ts'

interface ReviewOptions {
  readonly limit: string
  readonly model?: string
}

const sentences: Readonly<Record<ReviewReason, (value: number) => string>> = {
  margin: (value) => `two classes are ${percentOf(value)} apart`,
  'models-disagree': (value) => `another model says otherwise, ${percentOf(value)} sure`,
  'neighbours-disagree': (value) => `${percentOf(value)} of the neighbours do something else`,
  'label-suspect': (value) => `its label is ${percentOf(value)} probable`,
  'box-doubtful': (value) => `the detector gave it ${value.toFixed(2)}`,
  unfamiliar: (value) => `unlike anybody labelled, ${value.toFixed(1)} times as far as is usual`,
}

const percentOf = (value: number): string => `${(100 * value).toFixed(0)} %`

export const reviewCommand: Declaration = ({ command, run }) =>
  command('review <project>', 'the students that most need eyes, each with its reasons')
    .option('--limit <n>', 'how many', '20')
    .option('--model <name>', 'name of the run; what was learnt, else the newest by default')
    .action(run(review))

/** `review <project> --limit n`: the students that most need eyes, each with its reasons. */
async function review(context: CommandContext, project: string, options: ReviewOptions): Promise<void> {
  const { client, output, signal } = context
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
    throw new AppError('cli.usage', `--limit takes a whole number from 1 to 500, not "${options.limit}".`)
  }
  const { classes } = await client.project.open({ folder: resolve(project) })
  const nameOf = (index: number | null): string | null => classes.find((one) => one.index === index)?.name ?? null
  const runs = await client.models.runs({})
  const asked = options.model === undefined ? null : await findRun(context, options.model)
  const { total, items, runId } = await client.learning.reviewQueue({ runId: asked?.id ?? null, limit }, { signal })
  const run = runs.find(({ id }) => id === runId)?.name ?? null
  const json = {
    run,
    total,
    students: items.map((item) => ({
      scene: item.scene,
      bbox_id: item.bboxId,
      predicted: nameOf(item.predicted),
      confidence: item.confidence,
      label: nameOf(item.labelIndex),
      label_source: item.labelSource,
      priority: item.priority,
      reasons: item.reasons,
    })),
  }
  output.result(json, [`${total} students need eyes${run === null ? '' : `, by ${run}`}.`, ...items.map(line)])

  function line({ scene, bboxId, predicted, labelIndex, reasons }: ReviewItem): string {
    const said = [
      ...(labelIndex === null ? [] : [`labelled ${nameOf(labelIndex)}`]),
      ...(predicted < 0 ? [] : [`predicted ${nameOf(predicted)}`]),
    ]
    const why = reasons.map(({ reason, value }) => sentences[reason](value))
    return `${scene}, student ${bboxId}${said.length > 0 ? ` (${said.join(', ')})` : ''}: ${why.join('; ')}`
  }
}
