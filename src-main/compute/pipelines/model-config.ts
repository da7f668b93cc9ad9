import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readConfig } from '#main/codecs/yaml/read-config.ts'
import { assertPlainFile, readFailure } from '#main/exchange/files.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { ModelSource } from '../protocol.ts'

export interface ModelConfig {
  readonly file: string
  readonly value: unknown
}

const namesBeside = ['config.yaml', 'config.yml']

/** The configuration that was named, else the one that RAFNet leaves beside a checkpoint; null where there is none. */
export function readModelConfig({ file, config }: ModelSource): ModelConfig | null {
  const path =
    config ?? namesBeside.map((name) => join(dirname(file), name)).find((beside) => existsSync(beside)) ?? null
  if (path === null) return null
  return { file: path, value: path.toLowerCase().endsWith('.json') ? readJson(path) : readConfig(path, readText) }
}

function readText(file: string): string {
  assertPlainFile(file)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw readFailure(file, error)
  }
}

function readJson(file: string): unknown {
  const text = readText(file)
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'model.config-malformed',
      `${file} is no JSON (${reason}). Choose the model's config file.`,
      { file, reason },
      { cause: error },
    )
  }
}
