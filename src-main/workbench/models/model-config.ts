import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { extname, join, parse } from 'node:path'
import { readConfig } from '#main/codecs/yaml/read-config.ts'
import { writeConfig } from '#main/codecs/yaml/write-config.ts'
import { fileError } from '../files.ts'

/** A config as one file: what it inherits by `_base_` lies elsewhere and would not come along. */
export interface WholeConfig {
  readonly fileName: string
  readonly content: string
  readonly sha256: string
}

/** The config that belongs to a checkpoint by lying beside it: `<stem>.yaml`, `config.yaml` or `config.yml`, in this order. */
export function configBeside(checkpoint: string): string | null {
  const { dir, name } = parse(checkpoint)
  return [`${name}.yaml`, 'config.yaml', 'config.yml'].map((one) => join(dir, one)).find(existsSync) ?? null
}

/** Throws the AppErrors of `readConfig`, and `file.missing`. */
export function wholeConfig(file: string): WholeConfig {
  const texts: string[] = []
  const merged = readConfig(file, (path) => {
    const text = readText(path)
    texts.push(text)
    return text
  })
  // Without inheritance the file itself is kept, comments and all.
  const alone = texts.length === 1
  const content = alone ? (texts[0] ?? '') : writeConfig(merged)
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { fileName: `config-${sha256.slice(0, 12)}${alone ? extname(file) : '.yaml'}`, content, sha256 }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw fileError(path, error)
  }
}
