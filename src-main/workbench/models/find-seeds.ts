import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import { fileError } from '../files.ts'

/** One trained seed of a RAFNet run folder. */
export interface SeedFolder {
  /** `<run folder> seed <n>`; where several run folders share a name, their paths below the folder that was given tell them apart. */
  readonly name: string
  readonly checkpoint: string
}

const seedName = /^seed_(\d+)$/
export const checkpointName = 'best_model.pth'
/** `results/training/<model>/seed_<n>` is three below `results`. */
const deepest = 3

/**
 * The seeds of a run folder (`seed_<n>/best_model.pth`), of one seed's own folder, or of all run folders below a folder; in the order of
 * their runs' paths and their numbers. Throws AppError `models.no-seeds`, `models.seed-without-checkpoint`, `file.*`.
 */
export function findSeeds(folder: string): SeedFolder[] {
  const seeds = seedName.test(basename(folder)) ? [folder] : seedsBelow(folder, deepest)
  if (seeds.length === 0) {
    throw new AppError(
      'models.no-seeds',
      `${folder} holds no trained seed: no folder seed_<n> with a ${checkpointName}. Choose a run folder that RAFNet or Lectern wrote, or add the checkpoint itself.`,
      { folder },
    )
  }
  const runs = [...new Set(seeds.map((seed) => dirname(seed)))]
  const nameOf = (run: string): string => {
    const isShared = runs.some((other) => other !== run && basename(other) === basename(run))
    return isShared ? relative(folder, run).replaceAll('\\', '/') : basename(run)
  }
  return seeds.map((seed) => {
    const checkpoint = join(seed, checkpointName)
    if (!isFile(checkpoint)) {
      throw new AppError(
        'models.seed-without-checkpoint',
        `${seed} holds no ${checkpointName}: this seed's training did not end, or its file was moved. Finish it, or take the folder away; nothing was added.`,
        { folder: seed },
      )
    }
    return { name: `${nameOf(dirname(seed))} seed ${numberOf(seed)}`, checkpoint }
  })
}

const numberOf = (seed: string): number => Number(seedName.exec(basename(seed))?.[1])

function seedsBelow(folder: string, levels: number): string[] {
  const folders = foldersIn(folder)
  const seeds = folders.filter((name) => seedName.test(name)).map((name) => join(folder, name))
  if (seeds.length > 0) return seeds.sort((one, other) => numberOf(one) - numberOf(other))
  return levels === 0 ? [] : folders.flatMap((name) => seedsBelow(join(folder, name), levels - 1))
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() ?? false)
      .sort()
  } catch (error) {
    throw fileError(folder, error)
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
