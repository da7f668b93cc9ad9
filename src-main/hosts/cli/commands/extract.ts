import { basename, parse, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { ExtractSummary } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { deviceOption, headConfigOption, noiseOption } from '../options.ts'
import { chooseWeights } from './choose-weights.ts'
import { detectLines } from './detect.ts'
import { allEmbedLines, embedJson, parseNoise } from './embed.ts'
import { failureJson, failuresOf } from './failures.ts'
import { followPhases } from './follow-phases.ts'
import { openPhotoProject } from './photo-project.ts'

export interface ExtractOptions {
  readonly relation?: string
  readonly appearance?: string
  readonly detector?: string
  readonly out: string
  /** A head to predict with. */
  readonly model?: string
  readonly config?: string
  readonly noise: string
  readonly device: Device
}

export const extractCommand: Declaration = ({ command, run }) =>
  extractionOptions(command('extract <photos>', "RAFNet's whole extractor on a folder of photos"))
    .requiredOption('--out <file>', 'feature pickle to write')
    .action(run(extract))

/** Of everything that runs the extractor. */
export const extractionOptions = (command: Command): Command =>
  command
    .option('--relation <file>', "GroupRec's relation checkpoint")
    .option('--appearance <file>', 'weights of an appearance network, as ConvNeXt-Base')
    .option('--detector <file>', 'a detector in place of the own one')
    .option('--model <file>', 'a head to predict with')
    .addOption(headConfigOption("the head's RAFNet"))
    .addOption(noiseOption())
    .addOption(deviceOption())

/** `extract <photo folder> --out <features.pkl>`: RAFNet's whole extractor; the project stands beside the pickle. */
async function extract(context: CommandContext, photos: string, options: ExtractOptions): Promise<void> {
  const { output } = context
  const noise = parseNoise(options.noise)
  const out = resolve(options.out)
  const { dir, name } = parse(out)
  const project = join(dir, `${name}.lectern`)
  const scan = await openPhotoProject(context, photos, project)
  const summary = await runExtraction(context, { ...options, noise, out })
  output.result({ project, ...extractionJson(summary), refused: scan.refused }, extractionLines(summary))
}

export type ExtractionChoice = Pick<
  ExtractOptions,
  'relation' | 'appearance' | 'detector' | 'model' | 'config' | 'device'
> & {
  readonly noise: ReturnType<typeof parseNoise>
  readonly out: string | null
}

/** On the open project. Throws what `extraction.extract` throws. */
export async function runExtraction(context: CommandContext, options: ExtractionChoice): Promise<ExtractSummary> {
  const { client, signal } = context
  const idOf = async (model: string | undefined): Promise<string | null> =>
    model === undefined ? null : (await chooseWeights(context, model)).id
  const [detector, relation, appearance] = [
    await idOf(options.detector),
    await idOf(options.relation),
    await idOf(options.appearance),
  ]
  const { device, noise, out } = options
  const request = { detector, relation, appearance, noise, device }
  if (options.model === undefined) {
    return followPhases(context, 'extract', () => client.extraction.extract({ ...request, out }, { signal }))
  }
  // A head is read by what the project has: boxes come first.
  const weightsId = detector ?? 'nanodet'
  const detect = await followPhases(context, 'detect', () =>
    client.extraction.detect({ weightsId, device }, { signal }),
  )
  const config = options.config === undefined ? null : resolve(options.config)
  const { id: modelId } = await client.models.add({ file: resolve(options.model), config })
  const summary = await followPhases(context, 'extract', () =>
    client.extraction.extract({ ...request, modelId, out }, { signal }),
  )
  return { ...summary, detect: summary.detect ?? detect }
}

export const extractionJson = ({ detect, embeds, runId, file, recordFile }: ExtractSummary) => ({
  file,
  record: recordFile,
  detected: detect && {
    scenes: detect.scenes,
    skipped: detect.skipped,
    boxes: detect.boxes,
    provider: detect.provider,
    failed: detect.failed.map(failureJson),
  },
  embedded: embeds.map(embedJson),
  run_id: runId,
  failed: failuresOf([...(detect ? [detect] : []), ...embeds]).map(failureJson),
})

export const extractionLines = ({ detect, embeds, file, recordFile }: ExtractSummary): string[] => [
  ...(detect ? detectLines(detect, 'detector') : []),
  ...allEmbedLines(embeds),
  ...(file === null
    ? []
    : [`${file}: features${recordFile === null ? '' : `, with ${basename(recordFile)} beside it`}`]),
]
