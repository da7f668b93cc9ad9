import { existsSync } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'

export interface SampleFiles {
  readonly features: string
  readonly photos: string
  /** Heads with their configs beside them, the one to show first last. */
  readonly heads: readonly { readonly file: string; readonly config: string; readonly name: string }[]
}

export const sampleProjectFolder = (userDataFolder: string): string =>
  join(userDataFolder, 'sample', 'Lectern sample.lectern')

/**
 * Copies the sample's files into the user's data folder, where they stay: the project refers to its photos there. Copied into a
 * folder beside it first, so that a copy that was cut off is not taken for the whole. Throws AppError `sample.missing`.
 */
export async function copySampleFiles(resourcesFolder: string, userDataFolder: string): Promise<SampleFiles> {
  const source = join(resourcesFolder, 'sample')
  if (!existsSync(join(source, 'features.pkl'))) {
    throw new AppError(
      'sample.missing',
      `This installation has no sample project in ${source}. Install Lectern again.`,
      {
        folder: source,
      },
    )
  }
  const target = join(userDataFolder, 'sample', 'files')
  if (!existsSync(target)) {
    const unfinished = `${target}.part`
    await rm(unfinished, { recursive: true, force: true })
    await cp(source, unfinished, { recursive: true })
    await rename(unfinished, target)
  }
  return {
    features: join(target, 'features.pkl'),
    photos: join(target, 'images'),
    heads: [
      { file: join(target, 'convnext_only.pth'), config: join(target, 'convnext_only.yaml'), name: 'ConvNeXt only' },
      { file: join(target, 'head.pth'), config: join(target, 'config.yaml'), name: 'C+Spatial' },
    ],
  }
}
