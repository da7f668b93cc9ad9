import { resolve } from 'node:path'
import { Option } from 'commander'
import type { DetectSummary } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { deviceOption } from '../options.ts'
import { chooseWeights } from './choose-weights.ts'
import { failureJson, failureLines } from './failures.ts'
import { findScene } from './find-student.ts'
import { findingLines } from './findings.ts'
import { allScenes } from './scenes.ts'

interface DetectOptions {
  readonly model: string
  readonly setting: 'fast' | 'accurate'
  readonly device: Device
  readonly replace?: boolean
  /** Photos, by file name or relative path. */
  readonly scene?: readonly string[]
}

export const detectCommand: Declaration = ({ command, run }) =>
  command('detect <project>', 'find the students of every photo that has none')
    .option('--model <card|file|id>', 'a detector: known, a file of weights, or the model card of one', 'nanodet')
    .addOption(new Option('--setting <how>', 'of the own detector').choices(['accurate', 'fast']).default('accurate'))
    .addOption(deviceOption())
    .option('--replace', 'renew detected boxes that nobody labelled, moved or drew')
    .option('--scene <file name...>', 'only these photos, by file name or relative path')
    .action(run(detect))

/** `detect <project>`: finds students; prints the boxes that detectors found in the project's scenes. */
async function detect(context: CommandContext, project: string, options: DetectOptions): Promise<void> {
  const { client, output, signal } = context
  await client.project.open({ folder: resolve(project) })
  const weights = await chooseWeights(context, options.model)
  const { setting, device, replace = false } = options
  const sceneIds = options.scene ? await sceneIdsOf(context, options.scene) : null
  const request = { weightsId: weights.id, setting, device, replace, sceneIds }
  const summary = await client.extraction.detect(request, { signal })
  const scenes = await detectedBoxes(context, sceneIds)
  output.result(
    {
      scenes,
      failed: summary.failed.map(failureJson),
      lectern: {
        detector: weights.name,
        detector_sha256: weights.sha256,
        setting,
        provider: summary.provider,
        looked_over: summary.scenes,
        skipped: summary.skipped,
        ms_per_scene: summary.msPerScene,
      },
    },
    detectLines(summary, weights.name),
  )
}

export const detectLines = (summary: DetectSummary, name: string): string[] => [
  summary.scenes === 0
    ? `${name}: nothing to look over, ${summary.skipped} scenes have their students`
    : `${name} on ${summary.provider}: ${summary.boxes} students in ${summary.scenes} scenes, ${Math.round(summary.msPerScene)} ms a scene; ${summary.skipped} scenes left alone`,
  ...(summary.replaced > 0 ? [`${summary.replaced} earlier boxes that nobody had touched gave way`] : []),
  ...findingLines(summary.findings),
  ...failureLines(summary.failed),
]

async function sceneIdsOf(context: CommandContext, names: readonly string[]): Promise<number[]> {
  const ids: number[] = []
  for (const name of names) ids.push((await findScene(context, name)).id)
  return ids
}

interface SceneBoxes {
  readonly scene: string
  /** [students, 5] x1, y1, x2, y2 in px of the upright photo, score. */
  readonly boxes: readonly (readonly number[])[]
}

/** What detectors found and nobody deleted, in seat order; scenes whose students all came from a file or a hand are left out. */
async function detectedBoxes(
  context: CommandContext,
  sceneIds: readonly number[] | null,
): Promise<readonly SceneBoxes[]> {
  const scenes: SceneBoxes[] = []
  for (const { id, label } of await allScenes(context)) {
    if (sceneIds !== null && !sceneIds.includes(id)) continue
    const { students } = await context.client.scenes.get({ sceneId: id })
    const boxes = students.flatMap(({ box, detectionScore }) =>
      box === null || detectionScore === null ? [] : [[box.x1, box.y1, box.x2, box.y2, detectionScore]],
    )
    if (boxes.length > 0 || students.length === 0) scenes.push({ scene: label, boxes })
  }
  return scenes
}
