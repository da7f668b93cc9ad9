import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { WeightsInfo } from '#shared/contract/extraction.ts'
import type { YoloCard } from '#main/compute/protocol.ts'
import { errorCode, fileError } from '../files.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { builtInFolder, builtInWeights } from './built-in-weights.ts'
import { isCardFile, readCardFile } from './card-file.ts'
import { recogniseWeights } from './recognise-weights.ts'
import { cardOf } from './weights-card.ts'
import type { KnownWeights, WeightsFile } from './weights-file.ts'

/** Weights with what the user's card says of a detector's input and output. */
export interface UsableWeights extends WeightsInfo {
  readonly detector: YoloCard
}

export interface WeightsRegistry {
  list(): Promise<readonly WeightsInfo[]>
  /** Throws AppError `weights.unknown`, or the problem of weights that cannot be used now. */
  usable(weightsId: string): Promise<UsableWeights>
  /** Recognises a file, or the one that a model card names, without keeping it. Throws `weights.*`, `file.*`. */
  inspect(file: string): Promise<WeightsInfo>
  /** Keeps what was found out about a file; the same content again takes the new place and name. */
  add(file: string, name: string | null): Promise<WeightsInfo>
  /** Throws AppError `weights.built-in` or `weights.unknown`. */
  remove(weightsId: string): Promise<void>
}

type Parts = Pick<WorkbenchContext, 'compute' | 'resourcesFolder'> & { readonly file: WeightsFile }

/** Without its endings, of which `.pth.tar` has two. */
const nameOf = (file: string): string => basename(file).replace(/(\.(pth|pt|pkl|tar|bin|safetensors|onnx))+$/i, '')

const idOf = (sha256: string): string => sha256.slice(0, 16)

/** Detectors and extractors that this installation knows: Lectern's own and the user's. */
export function createWeightsRegistry({ compute, resourcesFolder, file: kept }: Parts): WeightsRegistry {
  const recognise = async (given: string, name: string | null): Promise<KnownWeights> => {
    const card = isCardFile(given) ? await readCardFile(resolve(given)) : null
    const file = card?.weights ?? resolve(given)
    const { detector = {}, name: named, task, source, licence } = card ?? {}
    const found = await recogniseWeights(compute, file, detector)
    const { mtimeMs } = await stat(file).catch((error: unknown) => {
      throw fileError(file, error)
    })
    const words = { ...(task && { task }), ...(source && { source }), ...(licence && { licence }) }
    const facts = { file, modifiedMs: mtimeMs, detector, words }
    return { id: idOf(found.sha256), name: name ?? named ?? nameOf(file), ...facts, ...found }
  }
  const list = async (): Promise<readonly UsableWeights[]> => {
    const { weights } = await kept.read()
    const builtIn = builtInWeights(builtInFolder(resourcesFolder)).map((one) => ({ ...one, detector: {} }))
    return [...builtIn, ...(await Promise.all(weights.map(toInfo)))]
  }
  const find = async (weightsId: string): Promise<UsableWeights> => {
    const found = (await list()).find(({ id }) => id === weightsId)
    if (found) return found
    throw new AppError('weights.unknown', `There are no weights "${weightsId}". Add their file first.`, { weightsId })
  }
  return {
    list,
    usable: async (weightsId) => {
      const found = await find(weightsId)
      if (found.problem) throw AppError.from(found.problem)
      return found
    },
    inspect: async (file) => toInfo(await recognise(file, null)),
    add: async (file, name) => {
      const added = await recognise(file, name)
      await kept.update(({ weights }) => ({ weights: [...weights.filter(({ id }) => id !== added.id), added] }))
      return toInfo(added)
    },
    remove: async (weightsId) => {
      const { builtIn } = await find(weightsId)
      if (builtIn) {
        throw new AppError('weights.built-in', `"${weightsId}" comes with Lectern and stays.`, { weightsId })
      }
      await kept.update(({ weights }) => ({ weights: weights.filter(({ id }) => id !== weightsId) }))
    },
  }
}

async function toInfo(known: KnownWeights): Promise<UsableWeights> {
  const { modifiedMs, words: _words, ...facts } = known
  const problem = await problemOf(known, modifiedMs)
  return { ...facts, builtIn: false, card: cardOf(known), problem: problem?.toJSON() ?? null }
}

/** A file that was replaced is another network: vectors of the two must not be mixed. */
async function problemOf({ file, bytes }: KnownWeights, modifiedMs: number): Promise<AppError | null> {
  try {
    const facts = await stat(file)
    if (facts.size === bytes && facts.mtimeMs === modifiedMs) return null
    return new AppError('weights.changed', `${file} has changed since it was added. Add it again.`, { file })
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'is no longer there' : 'cannot be read'
    return new AppError(
      'weights.file-missing',
      `${file} ${reason}. Bring ${basename(file)} back, or add it from where it lies now.`,
      { file },
    )
  }
}
