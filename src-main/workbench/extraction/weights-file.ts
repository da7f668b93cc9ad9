import { join } from 'node:path'
import { z } from 'zod'
import { yoloCard } from '#main/compute/protocol.ts'
import { createJsonFile, type JsonFile } from '../json-file.ts'

/** What is kept of a user's weights; the file itself stays where it is. */
const entry = z.object({
  /** Start of the file's sha256. */
  id: z.string(),
  kind: z.enum(['detector', 'appearance', 'relation']),
  name: z.string(),
  family: z.string(),
  /** Absolute. */
  file: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  /** When the file was hashed: another time of change means another file. */
  modifiedMs: z.number(),
  width: z.number().nullable(),
  modality: z.string().nullable(),
  sizes: z.array(z.string()),
  precisions: z.array(z.enum(['float32', 'int8', 'float16'])),
  /** What the user's card says of a detector's input and output. */
  detector: yoloCard.default({}),
  /** The user's own words, in place of what is known of the family. */
  words: z.object({ task: z.string(), source: z.string(), licence: z.string() }).partial().default({}),
})
export type KnownWeights = z.infer<typeof entry>

const schema = z.object({ weights: z.array(entry).default([]) })
export type WeightsFile = JsonFile<z.infer<typeof schema>>

/** Weights of one person on one machine: `weights.json` in their data folder, shared by all projects. */
export const createWeightsFile = (userDataFolder: string, onDamaged: (keptAs: string) => void): WeightsFile =>
  createJsonFile({ file: join(userDataFolder, 'weights.json'), schema, fallback: {}, onDamaged })
