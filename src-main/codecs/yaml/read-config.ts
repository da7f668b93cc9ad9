import { dirname, isAbsolute, join, normalize } from 'node:path'
import { configError } from './config-error.ts'
import { isMapping } from './config-value.ts'
import type { ConfigMapping, ConfigValue } from './config-value.ts'
import { parseConfig } from './parse-config.ts'

const baseKey = '_base_'

/**
 * A configuration with all that it inherits: `_base_` is one path or a list of them, relative to the file; mappings merge
 * deeply, later files win, lists replace. `readText` gives a file's text and throws its own AppError where it cannot.
 * @throws AppError `config.base-cycle`, `config.base-malformed`, and those of parseConfig
 */
export function readConfig(path: string, readText: (path: string) => string): ConfigMapping {
  return readMerged(normalize(path), { readText, open: [], done: new Map() })
}

interface Reading {
  readonly readText: (path: string) => string
  /** Files whose bases are being read, outermost first. */
  readonly open: readonly string[]
  /** A base that several files share is read once. */
  readonly done: Map<string, ConfigMapping>
}

function readMerged(path: string, reading: Reading): ConfigMapping {
  const known = reading.done.get(path)
  if (known) return known
  if (reading.open.includes(path)) {
    const chain = [...reading.open.slice(reading.open.indexOf(path)), path]
    throw configError(path, 'base-cycle', `it inherits itself (${chain.join(' → ')}); remove one ${baseKey}`, { chain })
  }
  const { [baseKey]: bases, ...own } = parseConfig(reading.readText(path), path)
  const inner = { ...reading, open: [...reading.open, path] }
  let merged: ConfigMapping = {}
  for (const base of basePaths(bases, path)) merged = mergeMappings(merged, readMerged(base, inner))
  const whole = mergeMappings(merged, own)
  reading.done.set(path, whole)
  return whole
}

function basePaths(bases: ConfigValue | undefined, path: string): string[] {
  if (bases === undefined || bases === null) return []
  return (Array.isArray(bases) ? bases : [bases]).map((base) => {
    if (typeof base !== 'string' || base === '') {
      throw configError(path, 'base-malformed', `${baseKey} must be one path or a list of paths`)
    }
    return isAbsolute(base) ? normalize(base) : join(dirname(path), base)
  })
}

/** Mappings deeply, everything else replaced by the later. */
export function mergeMappings(base: ConfigMapping, over: ConfigMapping): ConfigMapping {
  const merged = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isMapping(below) && isMapping(value) ? mergeMappings(below, value) : value
  }
  return merged
}
