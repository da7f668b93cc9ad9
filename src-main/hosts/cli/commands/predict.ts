import { resolve } from 'node:path'
import type { Device } from '#shared/contract/schemas.ts'
import type { CommandContext } from '../command.ts'
import { omissionLines } from './findings.ts'

export interface PredictOptions {
  readonly model: string
  readonly config?: string
  readonly name?: string
  readonly device: Device
}

/** `predict <project> --model <.pth|.onnx>`: runs a head on every scene and keeps what it said. */
export async function predict(context: CommandContext, project: string, options: PredictOptions): Promise<void> {
  const { client, output, signal } = context
  await client.project.open({ folder: resolve(project) })
  const config = options.config ? resolve(options.config) : null
  const model = await client.models.add({ file: resolve(options.model), config, name: options.name ?? null })
  for (const { parameter, value, origin } of model.assumptions) {
    if (origin === 'default') output.note(`assumed: ${parameter} = ${value}`)
  }
  const run = await client.models.predict({ modelId: model.id, device: options.device, name: model.name }, { signal })
  const students = await client.models.predictions({ runId: run.id })
  output.result(
    {
      model: run.name,
      provider: run.provider,
      provider_reason: run.providerReason,
      family: model.family,
      assumptions: model.assumptions,
      omitted: run.omitted,
      students: students.map(({ scene, bboxId, logits, classIndex }) => ({
        scene,
        bbox_id: bboxId,
        logits,
        class: classIndex,
      })),
    },
    [
      `${run.name} (${model.family}): ${run.students} students on ${run.provider}: ${run.providerReason}`,
      ...omissionLines(run.omitted),
    ],
  )
}
