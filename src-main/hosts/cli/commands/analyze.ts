import { basename, join, resolve } from 'node:path'
import { toAppError } from '#shared/contract/app-error.ts'
import type { ExtractSummary } from '#shared/contract/extraction.ts'
import { reportFormat } from '#shared/contract/reports.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { facesOption } from '../options.ts'
import { chooseWeights } from './choose-weights.ts'
import { detectLines } from './detect.ts'
import { allEmbedLines, parseNoise } from './embed.ts'
import { extractionJson, extractionOptions, runExtraction, type ExtractOptions } from './extract.ts'
import { followPhases } from './follow-phases.ts'
import { openPhotoProject } from './photo-project.ts'
import { allScenes } from './scenes.ts'

interface AnalyzeOptions extends Omit<ExtractOptions, 'out' | 'device'> {
  readonly out: string
  readonly device: Device
  readonly showFaces?: boolean
}

export const analyzeCommand: Declaration = ({ command, run }) =>
  extractionOptions(command('analyze <photos>', 'from a bare folder of photos to a report and a feature pickle'))
    .requiredOption('--out <dir>', 'folder for the report, the pickle and the project')
    .addOption(facesOption())
    .action(run(analyze))

/**
 * `analyze <photo folder> --out <dir>`: students, vectors, predictions where there is something to predict with, a report and a feature
 * pickle, from a bare folder of photos. Called again it goes on, and takes the corrections made meanwhile into account.
 */
async function analyze(context: CommandContext, photos: string, options: AnalyzeOptions): Promise<void> {
  const { client, output, signal } = context
  const out = resolve(options.out)
  const project = join(out, `${basename(resolve(photos))}.lectern`)
  const scan = await openPhotoProject(context, photos, project)
  const summary = await makeVectors(context, options)
  const runId = summary.runId ?? (await learntRun(context))
  const faces = options.showFaces ? 'shown' : 'pixelated'
  const report = await client.reports.write({ runId, out, formats: reportFormat.options, faces }, { signal })
  const features = await writeFeatures(context, join(out, 'features.pkl'))
  const scenes = (await allScenes(context)).map(({ label, students, labelled }) => ({
    scene: label,
    students,
    labelled,
  }))
  const next = nextSteps(project, runId)
  output.result(
    {
      project,
      scenes,
      ...extractionJson({ ...summary, runId, file: features }),
      refused: scan.refused,
      report: report.files.map(({ file }) => file),
      features,
      predicted: runId !== null,
      next,
    },
    [
      ...scenes.map((one) => `${one.scene}: ${one.students} students`),
      ...(summary.detect ? detectLines(summary.detect, 'detector') : []),
      ...allEmbedLines(summary.embeds),
      ...report.files.map(({ file }) => `report: ${file}`),
      ...(features === null ? [] : [`features: ${features}`]),
      ...next,
    ],
  )
}

/** The user's own weights where some are named or a head needs them, else Lectern's own detector and its vectors. */
async function makeVectors(context: CommandContext, options: AnalyzeOptions): Promise<ExtractSummary> {
  const noise = parseNoise(options.noise)
  const { relation, appearance, model, detector, device } = options
  if (model !== undefined || relation !== undefined || appearance !== undefined) {
    return runExtraction(context, { ...options, noise, out: null })
  }
  const { client, signal } = context
  const weightsId = detector === undefined ? 'nanodet' : (await chooseWeights(context, detector)).id
  const detect = await followPhases(context, 'detect', () =>
    client.extraction.detect({ weightsId, device }, { signal }),
  )
  const embed = await followPhases(context, 'embed', () =>
    client.extraction.embed({ weightsId: 'nanodet-embedding', device }, { signal }),
  )
  return { detect, embeds: [embed], runId: null, file: null, recordFile: null }
}

/** What was learnt from corrections; null where there are too few, which a note says. */
async function learntRun({ client, output, signal }: CommandContext): Promise<number | null> {
  const state = async () => {
    for await (const now of client.learning.watch({}, { signal })) return now
    return null
  }
  const before = await state()
  if (!before || before.corrected === 0) return null
  try {
    await client.learning.learnNow({}, { signal })
  } catch (error) {
    const { code, message } = toAppError(error)
    if (signal.aborted) throw error
    output.note(`nothing was learnt from ${before.corrected} corrections: ${code}: ${message}`)
  }
  const after = (await state()) ?? before
  return after.models.find(({ id }) => id === after.activeId)?.runId ?? null
}

/** null where there is nobody to write, which a note says. */
async function writeFeatures({ client, output, signal }: CommandContext, out: string): Promise<string | null> {
  try {
    const { file } = await client.exchange.exportFeatures({ out, unlabelled: 'include' }, { signal })
    return file
  } catch (error) {
    const { code, message } = toAppError(error)
    if (code !== 'export.empty' && code !== 'export.no-source') throw error
    output.note(`no feature pickle: ${message}`)
    return null
  }
}

const nextSteps = (project: string, runId: number | null): string[] =>
  runId !== null
    ? []
    : [
        `No model has said what the students do yet. Open ${project} in Lectern, look the boxes over and correct a few dozen students: it learns from them as you go. Or run a trained head with --model.`,
      ]
