import { parseDocument } from 'yaml'
import type { ScalarTag, Tags } from 'yaml'
import { configError } from './config-error.ts'
import type { ConfigMapping, ConfigValue } from './config-value.ts'

const longestText = 4 * 2 ** 20
const mostAliases = 1000
const deepest = 100

/**
 * The one document in YAML 1.1 text (PyYAML's version: `yes` and `on` are booleans, `<<` merges); an empty text is an empty mapping.
 * JSON is YAML, so a `.json` file reads too.
 * @throws AppError `config.malformed`, `config.not-a-mapping`, `config.too-large`
 */
export function parseConfig(text: string, file: string): ConfigMapping {
  if (text.length > longestText)
    throw configError(file, 'too-large', `a configuration of ${text.length} characters is refused`)
  const value = plainValue(parse(text, file), file, 0)
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw configError(file, 'not-a-mapping', 'a configuration is a mapping of keys to values; this file is not')
  }
  return value
}

const boolTag = 'tag:yaml.org,2002:bool'
const timestampTag = 'tag:yaml.org,2002:timestamp'

/** YAML 1.1 calls `y` and `n` booleans, PyYAML does not; dates stay the text they are. */
function asPyYaml(tags: Tags): Tags {
  return tags
    .filter((tag) => typeof tag === 'string' || tag.tag !== timestampTag)
    .map((tag) => {
      if (typeof tag === 'string' || tag.tag !== boolTag || !('test' in tag) || !tag.test) return tag
      const { test } = tag
      const narrowed: Pick<ScalarTag, 'test'> = { test: new RegExp(`(?!^[yYnN]$)${test.source}`) }
      return { ...tag, ...narrowed }
    })
}

function parse(text: string, file: string): unknown {
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: true,
    logLevel: 'error',
    customTags: asPyYaml,
  })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) throw malformed(file, problem.message)
  try {
    return document.toJS({ maxAliasCount: mostAliases })
  } catch (failure) {
    throw malformed(file, failure instanceof Error ? failure.message : 'an alias cannot be resolved')
  }
}

const malformed = (file: string, what: string) =>
  configError(
    file,
    'malformed',
    `it is no YAML that can be read: ${(what.split('\n')[0] ?? '').replace(/[.:\s]+$/, '')}`,
  )

/** Only what JSON knows; everything else that YAML can tag is refused. */
function plainValue(value: unknown, file: string, depth: number): ConfigValue {
  if (depth > deepest) throw malformed(file, `it is nested more than ${deepest} deep`)
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map((item) => plainValue(item, file, depth + 1))
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) {
    throw malformed(file, 'it holds a value of a type that configurations do not have')
  }
  const mapping: ConfigMapping = {}
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') throw malformed(file, 'it has a key named __proto__')
    mapping[key] = plainValue(inner, file, depth + 1)
  }
  return mapping
}
