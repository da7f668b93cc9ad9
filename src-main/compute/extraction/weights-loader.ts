import { stat } from 'node:fs/promises'
import { AppError } from '#shared/contract/app-error.ts'
import { hashFile, readFailure } from '#main/exchange/files.ts'
import type { WeightTensors } from '#main/onnx/weight.ts'
import { withWeights } from './open-weights.ts'
import { recogniseAppearance } from './recognise-appearance.ts'
import { recogniseRelation } from './recognise-relation.ts'
import type { RecogniseWeights, RecognisedWeights } from './scene-extractor.ts'

/** Kinds of networks that turn students into vectors, in the order in which they look at a file. */
const kinds: readonly RecogniseWeights[] = [recogniseAppearance, recogniseRelation]

export interface WeightsLoader {
  /** Recognised and checked weights, from memory where the file has not changed since. Throws as `describe` of the contract says. */
  load(file: string): Promise<RecognisedWeights>
}

const capacity = 6

/** Checking hundreds of megabytes takes a second, so what was found is kept. */
export function createWeightsLoader(): WeightsLoader {
  const known = new Map<string, Promise<RecognisedWeights>>()
  const load = async (file: string): Promise<RecognisedWeights> => {
    const { size, mtimeMs } = await stat(file).catch((error: unknown) => {
      throw readFailure(file, error)
    })
    const key = `${file}\0${size}\0${mtimeMs}`
    const found = known.get(key) ?? recognise(file)
    known.delete(key)
    known.set(key, found)
    found.catch(() => known.delete(key))
    if (known.size > capacity) known.delete(known.keys().next().value!)
    return found
  }
  return { load }
}

async function recognise(file: string): Promise<RecognisedWeights> {
  const sha256 = await hashFile(file)
  const { size } = await stat(file)
  return withWeights(file, (weights) => {
    for (const look of kinds) {
      const recognised = look(weights, { sha256, bytes: size })
      if (recognised) return recognised
    }
    throw unrecognised(file, weights.tensors)
  })
}

function unrecognised(file: string, tensors: WeightTensors): AppError {
  const names = [...tensors.keys()]
  return new AppError(
    'weights.unrecognised',
    `${file} holds ${names.length} tensors (${names.slice(0, 3).join(', ')}, …), which are not those of a ConvNeXt, ResNet or ViT under torchvision's or timm's names, nor of GroupRec. Choose the weights that RAFNet's features were made with.`,
    { file, parameters: names.slice(0, 20) },
  )
}
