import { readFile, rename } from 'node:fs/promises'
import type { z } from 'zod'
import { errorCode, fileError, writeFileAtomically } from './files.ts'

export interface JsonFile<Value> {
  read(): Promise<Value>
  /** Changes are made one after another, each on the outcome of the one before. */
  update(change: (value: Value) => Value): Promise<Value>
}

export interface JsonFileOptions<Value> {
  readonly file: string
  /** Must parse `fallback` too. */
  readonly schema: z.ZodType<Value>
  /** What an absent or damaged file reads as. */
  readonly fallback: unknown
  /** Told where a file that does not parse was kept before the fallback takes its place. */
  readonly onDamaged: (keptAs: string) => void
}

/** A small JSON file that only this process writes: read once, written whole. A damaged one is kept aside as `<file>.damaged`. */
export function createJsonFile<Value>(options: JsonFileOptions<Value>): JsonFile<Value> {
  let known: Promise<Value> | null = null
  let queue: Promise<unknown> = Promise.resolve()
  const read = (): Promise<Value> => (known ??= readOrFallBack(options))
  return {
    read,
    update: (change) => {
      const turn = queue.then(async () => {
        const next = change(await read())
        await writeFileAtomically(options.file, `${JSON.stringify(next, null, 2)}\n`)
        known = Promise.resolve(next)
        return next
      })
      queue = turn.catch(() => undefined)
      return turn
    },
  }
}

async function readOrFallBack<Value>({ file, schema, fallback, onDamaged }: JsonFileOptions<Value>): Promise<Value> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null
    throw fileError(file, error)
  })
  if (text === null) return schema.parse(fallback)
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const keptAs = `${file}.damaged`
  await rename(file, keptAs)
  onDamaged(keptAs)
  return schema.parse(fallback)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
