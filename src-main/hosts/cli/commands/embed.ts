import { resolve } from 'node:path'
import { Option } from 'commander'
import { AppError } from '#shared/contract/app-error.ts'
import type { EmbedSummary, Noise, Precision } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { deviceOption, noiseOption } from '../options.ts'
import { chooseWeights } from './choose-weights.ts'
import { failureJson, failureLines, failuresOf } from './failures.ts'
import { findingLines, omissionLines } from './findings.ts'

interface EmbedOptions {
  readonly model: string
  readonly name?: string
  readonly noise: string
  readonly precision: Precision
  readonly device: Device
  readonly replace?: boolean
}

export const embedCommand: Declaration = ({ command, run }) =>
  command('embed <project>', 'make a vector of every student')
    .option('--model <file|id>', 'weights of an appearance or a relation network', 'nanodet-embedding')
    .option('--name <modality>', "name of the vectors; the family's own by default")
    .addOption(noiseOption())
    .addOption(
      new Option('--precision <type>', 'int8 on the CPU only, float16 on a GPU only')
        .choices(['float32', 'int8', 'float16'])
        .default('float32'),
    )
    .addOption(deviceOption())
    .option('--replace', 'vectors of the same name from other weights give way')
    .action(run(embed))

/** `embed <project>`: a vector of every student, from Lectern's detector or from the user's own weights. */
async function embed(context: CommandContext, project: string, options: EmbedOptions): Promise<void> {
  const { client, output, signal } = context
  const noise = parseNoise(options.noise)
  await client.project.open({ folder: resolve(project) })
  const weights = await chooseWeights(context, options.model)
  const { precision, device, replace = false } = options
  const request = { weightsId: weights.id, modality: options.name ?? null, noise, precision, replace, device }
  const summary = await client.extraction.embed(request, { signal })
  output.result(
    {
      ...embedJson(summary),
      lectern: {
        weights: weights.name,
        family: weights.family,
        weights_sha256: weights.sha256,
        precision,
        noise: weights.kind === 'relation' ? noise : null,
      },
    },
    embedLines(summary, weights.name),
  )
}

/** `seed:N`, `none`, `mean:N` or `mean:N:SEED`. Throws AppError `cli.usage`. */
export function parseNoise(text: string): Noise {
  const [kind, ...numbers] = text.split(':')
  const [first, second] = numbers.map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : Number.NaN))
  if (text === 'none') return { kind: 'none' }
  if (kind === 'seed' && numbers.length === 1 && Number.isInteger(first)) return { kind: 'seed', seed: first! }
  const isMean = kind === 'mean' && numbers.length >= 1 && numbers.length <= 2 && first! >= 2 && first! <= 1000
  if (isMean && !Number.isNaN(second ?? 0)) return { kind: 'mean', draws: first!, seed: second ?? 0 }
  throw new AppError(
    'cli.usage',
    `--noise is "${text}" where seed:N, none, or mean:N (2 to 1000 draws) is needed. GroupRec draws noise at every inference.`,
  )
}

export const embedJson = (summary: EmbedSummary) => ({
  modality: summary.modality,
  width: summary.width,
  provider: summary.provider,
  scenes: summary.scenes,
  skipped: summary.skipped,
  students: summary.students,
  ms_per_student: summary.msPerStudent,
  omitted: summary.omitted,
  failed: summary.failed.map(failureJson),
  findings: summary.findings,
})

export const embedLines = (summary: EmbedSummary, name: string): string[] => [
  summary.students === 0
    ? `${summary.modality}: nothing to do, ${summary.skipped} scenes have their vectors of ${name}`
    : `${summary.modality} (${summary.width}) of ${summary.students} students in ${summary.scenes} scenes by ${name} on ${summary.provider}, ${summary.msPerStudent.toFixed(1)} ms a student; ${summary.skipped} scenes had theirs`,
  ...omissionLines(summary.omitted),
  ...findingLines(summary.findings),
  ...failureLines(summary.failed),
]

/** Of several kinds of vectors: a photo that failed all of them is named once. */
export const allEmbedLines = (summaries: readonly EmbedSummary[]): string[] => [
  ...summaries.flatMap((one) => embedLines({ ...one, failed: [] }, one.weightsId)),
  ...failureLines(failuresOf(summaries)),
]
