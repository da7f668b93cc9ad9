import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { ModelInfo, RunInfo } from '#shared/contract/models.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { deviceOption, headConfigOption } from '../options.ts'
import { omissionLines } from './findings.ts'

interface PredictOptions {
  readonly model: string
  readonly config?: string
  readonly name?: string
  readonly device: Device
  readonly batching: string
}

export const predictCommand: Declaration = ({ command, run }) =>
  command('predict <project>', 'run a model on every scene')
    .requiredOption('--model <file>', 'checkpoint (.pth), .onnx, or a RAFNet run folder: every seed of it')
    .addOption(headConfigOption('RAFNet'))
    .option('--name <name>', "name of the run; the file's stem by default")
    .addOption(deviceOption())
    .option(
      '--batching <how>',
      "scene, or rafnet:128 for consecutive rows as RAFNet's own evaluation groups them",
      'scene',
    )
    .action(run(predict))

/** `predict <project> --model <.pth|.onnx|run folder>`: runs a head, or every seed of a run folder, and keeps what they said. */
async function predict(context: CommandContext, project: string, options: PredictOptions): Promise<void> {
  const { client } = context
  if (!/^(scene|rafnet:[1-9]\d{0,4})$/.test(options.batching)) {
    throw new AppError(
      'cli.usage',
      `--batching takes scene, or rafnet:128 for 128 consecutive rows, not "${options.batching}".`,
    )
  }
  await client.project.open({ folder: resolve(project) })
  const path = resolve(options.model)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return predictSeeds(context, path, options)
  const config = options.config ? resolve(options.config) : null
  const model = await client.models.add({ file: path, config, name: options.name ?? null })
  const { run, json } = await runModel(context, model, options)
  context.output.result(json, runLines(model, run))
}

/** One document for all seeds; runs are named after their models. */
async function predictSeeds(context: CommandContext, folder: string, options: PredictOptions): Promise<void> {
  for (const [option, value] of [
    ['--config', options.config],
    ['--name', options.name],
  ] as const) {
    if (value === undefined) continue
    throw new AppError('cli.usage', `${option} is for one model; every seed of ${folder} has its own.`, { option })
  }
  const runs: object[] = []
  const lines: string[] = []
  for (const model of await context.client.models.addRunFolder({ folder })) {
    const { run, json } = await runModel(context, model, options)
    runs.push(json)
    lines.push(...runLines(model, run))
  }
  context.output.result({ runs }, lines)
}

async function runModel({ client, output, signal }: CommandContext, model: ModelInfo, options: PredictOptions) {
  for (const { parameter, value, origin } of model.assumptions) {
    if (origin === 'default') output.note(`assumed: ${parameter} = ${value}`)
  }
  const { device, batching } = options
  const run = await client.models.predict({ modelId: model.id, device, batching, name: model.name }, { signal })
  const students = await client.models.predictions({ runId: run.id })
  const json = {
    model: run.name,
    provider: run.provider,
    provider_reason: run.providerReason,
    family: model.family,
    batching: run.batching,
    assumptions: model.assumptions,
    omitted: run.omitted,
    students: students.map(({ scene, bboxId, logits, classIndex }) => ({
      scene,
      bbox_id: bboxId,
      logits,
      class: classIndex,
    })),
  }
  return { run, json }
}

const runLines = (model: ModelInfo, run: RunInfo): string[] => [
  `${run.name} (${model.family}): ${run.students} students on ${run.provider}: ${run.providerReason}`,
  ...(run.batching === 'scene' ? [] : [`batches as RAFNet's evaluation: ${run.batching}`]),
  ...omissionLines(run.omitted),
]
