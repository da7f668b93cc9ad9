import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { constants, copyFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, parse, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ModelDescription } from '#main/compute/protocol.ts'
import { countModalities } from '#main/store/tables/feature.ts'
import { insertModel, listModels, type NewModel } from '#main/store/tables/model.ts'
import { presentStudents, projectHasBoxes } from '#main/store/tables/student.ts'
import { fileError, makeFolder, writeFileAtomically } from '../files.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { configBeside, wholeConfig, type WholeConfig } from './model-config.ts'
import { storedModel, type ModelReading, type StoredModel } from './stored-model.ts'

export interface ModelChoice {
  readonly file: string
  /** null looks for one beside the checkpoint. */
  readonly config: string | null
  readonly chosen: ModelReading['chosen']
}

export interface InspectedModel {
  readonly file: string
  readonly config: string | null
  readonly reading: ModelReading
  readonly description: ModelDescription
}

/** What the file is, with this project's features. Throws what compute throws of bad checkpoints and configs. */
export async function inspectModel(
  project: OpenProject | null,
  compute: ComputeClient,
  choice: ModelChoice,
): Promise<InspectedModel> {
  const file = resolve(choice.file)
  const config = choice.config === null ? configBeside(file) : resolve(choice.config)
  const modalities = project ? countModalities(project.store).map(({ name, width }) => ({ name, width })) : []
  // Without students nothing speaks against boxes: detected ones always have one.
  const isEmpty = project === null || presentStudents(project.store, null).students === 0
  const hasBoxes = isEmpty || projectHasBoxes(project.store)
  const reading = { chosen: choice.chosen, hasBoxes, modalities }
  return { file, config, reading, description: await compute.models.describe({ file, config, ...reading }) }
}

/**
 * Keeps a model: its checkpoint and whole config are copied into the project, so that moving or changing the originals changes
 * nothing here. The same files under the same name are the same model.
 */
export async function addModel(
  project: OpenProject,
  compute: ComputeClient,
  choice: ModelChoice & { readonly name: string | null },
  createdAt: string,
): Promise<StoredModel> {
  const { file, config, reading, description } = await inspectModel(project, compute, choice)
  const whole = config === null ? null : wholeConfig(config)
  const { sha256, family } = description
  const folder = `models/${sha256.slice(0, 16)}`
  const model: NewModel = {
    name: choice.name ?? parse(file).name,
    sourceFile: file,
    file: `${folder}/${basename(file)}`,
    sha256,
    configFile: whole && `${folder}/${whole.fileName}`,
    configSha256: whole && whole.sha256,
    reading,
    family,
    description,
    createdAt,
  }
  const known = listModels(project.store).find((one) => isSame(one, model))
  if (known && existsSync(projectFile(project, known.file))) return storedModel(project, known.id)
  await copyCheckpoint(file, projectFile(project, model.file))
  if (whole) await copyConfig(project, `${folder}/${whole.fileName}`, whole)
  return storedModel(project, known?.id ?? insertModel(project.store, model))
}

/** What a model was read with may have grown since (a later import); what it turned out to be decides. */
function isSame(one: NewModel, other: NewModel): boolean {
  return (
    one.name === other.name &&
    one.sha256 === other.sha256 &&
    one.configSha256 === other.configSha256 &&
    isDeepStrictEqual(one.description, other.description)
  )
}

async function copyCheckpoint(from: string, to: string): Promise<void> {
  if (existsSync(to)) return
  const beside = `${to}.${randomUUID()}.part`
  try {
    makeFolder(dirname(to))
    await copyFile(from, beside, constants.COPYFILE_FICLONE)
    await rename(beside, to)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw fileError(to, error)
  }
}

async function copyConfig(project: OpenProject, path: string, { content }: WholeConfig): Promise<void> {
  const to = projectFile(project, path)
  if (!existsSync(to)) await writeFileAtomically(to, content)
}
