import { stat } from 'node:fs/promises'
import { hashFile, readFailure } from '#main/exchange/files.ts'
import type { ModelSource } from '../protocol.ts'
import { loadHead } from './load-head.ts'
import { loadOnnx } from './load-onnx.ts'
import type { LoadedModel, NeighbourRule } from './loaded-model.ts'

export interface ModelLoader {
  /** The model of a source, from memory where no file of it changed since it was read. */
  load(source: ModelSource, rule: NeighbourRule): Promise<LoadedModel>
}

const capacity = 6

/** Models that were read, so that predicting scene after scene does not read the checkpoint each time. */
export function createModelLoader(): ModelLoader {
  const models = new Map<string, Promise<LoadedModel>>()
  const load = async (source: ModelSource, rule: NeighbourRule): Promise<LoadedModel> => {
    const key = JSON.stringify([
      rule,
      source,
      await revision(source.file),
      source.config && (await revision(source.config)),
    ])
    const known = models.get(key)
    const model = known ?? read(source, rule)
    models.delete(key)
    models.set(key, model)
    if (known) return known
    model.catch(() => models.delete(key))
    if (models.size > capacity) models.delete(models.keys().next().value!)
    return model
  }
  return { load }
}

async function read(source: ModelSource, rule: NeighbourRule): Promise<LoadedModel> {
  const sha256 = await hashFile(source.file)
  return source.file.toLowerCase().endsWith('.onnx') ? loadOnnx(source, sha256) : loadHead(source, sha256, rule)
}

async function revision(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file)
    return `${size} ${mtimeMs}`
  } catch (error) {
    throw readFailure(file, error)
  }
}
