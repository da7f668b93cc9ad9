import { join } from 'node:path'
import { writeConfig } from '#main/codecs/yaml/write-config.ts'
import { writePlainFeatures } from '#main/exchange/rafnet/write-plain-features.ts'
import { splitNames } from '#main/training/training-config.ts'
import type { Progress } from '../protocol.ts'
import type { PrepareRequest } from '../training-protocol.ts'
import { writeText } from './train-run-folder.ts'
import { resolveRecipe } from './training-recipe.ts'

/**
 * Writes what a training reads: the students of a project as three feature pickles, and the configuration that names them, which RAFNet's
 * own Python runs from that folder. Progress is in bytes. Throws as `resolveRecipe`, and AppError `training.write-failed`.
 */
export async function* prepareRun(
  { request, name, folder, splits }: PrepareRequest,
  signal: AbortSignal,
): AsyncGenerator<Progress<null>> {
  const { mapping, files } = resolveRecipe(request)
  if (splits !== null) {
    const total = splitNames.reduce((sum, split) => sum + vectorBytes(splits[split]), 0)
    let before = 0
    for (const split of splitNames) {
      for await (const bytes of writePlainFeatures(splits[split], join(folder, files[split]), { code, signal }))
        yield { kind: 'progress', done: Math.min(before + bytes, total), total }
      before += vectorBytes(splits[split])
    }
  }
  const training = { ...(mapping['training'] as object), output_dir: name }
  await writeText(join(folder, `${name}.yaml`), writeConfig({ ...mapping, training }))
  yield { kind: 'result', result: null }
}

const code = 'training.write-failed'

const vectorBytes = ({ modalities, labels }: NonNullable<PrepareRequest['splits']>['train']): number =>
  modalities.reduce((sum, { width }) => sum + width * 4 * labels.length, 0)
