import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { WeightsInfo } from '#shared/contract/extraction.ts'
import type { CommandContext } from '../command.ts'

/**
 * Weights by id or name, or by a file (weights, or a model card that names some), which Lectern then knows. Throws AppError
 * `weights.unknown` and what adding a file throws.
 */
export async function chooseWeights({ client }: CommandContext, text: string): Promise<WeightsInfo> {
  const known = await client.extraction.weights({})
  const found = known.find(({ id }) => id === text) ?? known.find(({ name }) => name === text)
  if (found) return found
  const file = resolve(text)
  if (existsSync(file)) return client.extraction.addWeights({ file })
  const names = known.map(({ id }) => id).join(', ')
  throw new AppError(
    'weights.unknown',
    `"${text}" is neither a file nor weights that Lectern knows (${names}). Name a file of weights, or its model card.`,
    { model: text },
  )
}
