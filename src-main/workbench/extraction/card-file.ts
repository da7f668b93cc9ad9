import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from '#shared/contract/app-error.ts'
import { yoloCard } from '#main/compute/protocol.ts'
import { fileError } from '../files.ts'

const schema = z.object({
  /** The file of weights, from the card's folder on. */
  weights: z.string().min(1),
  name: z.string().min(1).optional(),
  task: z.string().optional(),
  source: z.string().optional(),
  licence: z.string().optional(),
  /** How a detector is fed and read where its file does not tell. */
  detector: yoloCard.default({}),
})

/** What a user says of weights: who made them, and how a detector is fed and read. */
export type CardFile = z.infer<typeof schema>

export const isCardFile = (file: string): boolean => file.toLowerCase().endsWith('.json')

/** A model card of the user's own, its weights as an absolute path. Throws AppError `weights.card-malformed`, `file.*`. */
export async function readCardFile(file: string): Promise<CardFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileError(file, error)
  })
  const parsed = schema.safeParse(parsedJson(text))
  if (parsed.success) return { ...parsed.data, weights: resolve(dirname(file), parsed.data.weights) }
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') ?? ''
  throw new AppError(
    'weights.card-malformed',
    `${file} is no model card${where === '' ? '' : `: "${where}"`}: ${issue?.message ?? 'not JSON'}. A card is JSON that names its file in "weights" and, for a detector, its input and layout in "detector".`,
    { file, where },
  )
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
