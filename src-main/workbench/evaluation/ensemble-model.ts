import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { EnsembleResult } from '#shared/contract/evaluation.ts'
import type { ModelDescription } from '#main/compute/protocol.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { insertModel, listModels } from '#main/store/tables/model.ts'
import { writeFileAtomically } from '../files.ts'
import { ensembleFamily, type ModelReading } from '../models/stored-model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { EnsembleMember } from './ensemble-members.ts'

export interface Ensemble {
  readonly name: string
  readonly members: readonly EnsembleMember[]
  /** Sum to 1. [members] */
  readonly weights: readonly number[]
  readonly weighting: EnsembleResult['weighting']
  readonly search: EnsembleResult['search']
}

const reading: ModelReading = { chosen: {}, hasBoxes: false, modalities: [] }

/**
 * Keeps what an ensemble is made of as `models/<sha256>/ensemble.json` and as a model that cannot be run. The same mixture under the same
 * name is the same model. Throws as `writeFileAtomically`.
 */
export async function addEnsembleModel(
  project: OpenProject,
  ensemble: Ensemble,
  createdAt: string,
): Promise<{ readonly modelId: number; readonly isNew: boolean }> {
  const { store } = project
  const content = `${JSON.stringify(fileOf(ensemble), null, 2)}\n`
  const sha256 = createHash('sha256').update(content).digest('hex')
  const file = `models/${sha256.slice(0, 16)}/ensemble.json`
  await writeFileAtomically(projectFile(project, file), content)
  const description: ModelDescription = {
    sha256,
    family: ensembleFamily,
    classes: listClasses(store).length,
    modalities: [],
    gateModalities: [],
    assumptions: ensemble.members.map(({ name }, place) => ({
      parameter: name,
      value: String(ensemble.weights[place] ?? 0),
      origin: 'chosen',
    })),
  }
  const isSame = (one: { name: string; sha256: string; description: unknown }): boolean =>
    one.name === ensemble.name && one.sha256 === sha256 && isDeepStrictEqual(one.description, description)
  const known = listModels(store).find(isSame)
  if (known) return { modelId: known.id, isNew: false }
  const modelId = insertModel(store, {
    name: ensemble.name,
    sourceFile: projectFile(project, file),
    file,
    sha256,
    configFile: null,
    configSha256: null,
    reading,
    family: ensembleFamily,
    description,
    createdAt,
  })
  return { modelId, isNew: true }
}

const fileOf = ({ members, weights, weighting, search }: Ensemble) => ({
  family: ensembleFamily,
  members: members.map(({ run, name, model, modelSha256 }, place) => ({
    run_id: run.id,
    name,
    model,
    model_sha256: modelSha256,
    weight: weights[place] ?? 0,
  })),
  weighting,
  search: search && {
    split: search.split,
    students: search.students,
    tried: search.tried,
    equal_macro_f1_no_null: search.equalMacroF1NoNull,
    best_macro_f1_no_null: search.bestMacroF1NoNull,
  },
})
