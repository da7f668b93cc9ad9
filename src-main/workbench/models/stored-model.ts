import { z } from 'zod'
import type { ModelInfo } from '#shared/contract/models.ts'
import type { ModelDescription, ModelSource } from '#main/compute/protocol.ts'
import { getModel, type ModelRow } from '#main/store/tables/model.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'

const reading = z.object({
  chosen: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
  hasBoxes: z.boolean(),
  modalities: z.array(z.object({ name: z.string(), width: z.int().positive() })),
})
/** What a model was read with beside its own files; kept, so that it is the same model tomorrow. */
export type ModelReading = z.infer<typeof reading>

const description = z.object({
  sha256: z.string(),
  family: z.string(),
  classes: z.int(),
  modalities: z.array(z.object({ name: z.string(), width: z.int(), role: z.enum(['feature', 'box', 'scene']) })),
  gateModalities: z.array(z.string()),
  assumptions: z.array(
    z.object({
      parameter: z.string(),
      value: z.string(),
      origin: z.enum(['config', 'checkpoint', 'default', 'chosen']),
    }),
  ),
})

export interface StoredModel {
  readonly row: ModelRow
  readonly description: ModelDescription
  /** What compute needs to run it: the project's own copies. */
  readonly source: ModelSource
}

/** Throws AppError `models.unknown`. */
export function storedModel(project: OpenProject, modelId: number): StoredModel {
  const row = getModel(project.store, modelId)
  if (!row) throw new AppError('models.unknown', `There is no model ${modelId} in this project.`, { modelId })
  return toStoredModel(project, row)
}

/** Family of the pseudo-model that an ensemble's run belongs to. */
export const ensembleFamily = 'ensemble'

/** A model that compute can load. Throws AppError `models.unknown`, and `models.ensemble` for an ensemble, which is made of runs. */
export function runnableModel(project: OpenProject, modelId: number): StoredModel {
  const model = storedModel(project, modelId)
  if (model.row.family !== ensembleFamily) return model
  throw new AppError(
    'models.ensemble',
    `"${model.row.name}" is an ensemble: it mixes what its members said and has no weights of its own. Run its members, then make a new ensemble of them.`,
    { model: model.row.name, modelId },
  )
}

export function toStoredModel(project: OpenProject, row: ModelRow): StoredModel {
  return {
    row,
    description: description.parse(row.description),
    source: {
      ...reading.parse(row.reading),
      file: projectFile(project, row.file),
      config: row.configFile === null ? null : projectFile(project, row.configFile),
    },
  }
}

export function toModelInfo({
  row,
  description: { family, classes, modalities, assumptions },
}: StoredModel): ModelInfo {
  const { id, name, sourceFile, sha256, createdAt } = row
  return { id, name, file: sourceFile, sha256, family, classes, modalities, assumptions, createdAt }
}
