import { isMapping } from './config-value.ts'
import type { ConfigMapping, ConfigValue } from './config-value.ts'

/** Text that PyYAML reads as the same text without quotes; what merely looks like a number, boolean, null or date does not match. */
const plainText = /^[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./()-]+)*$/
const reserved = /^(null|true|false|yes|no|on|off|y|n|nan|inf)$/i
const printable = /^[\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]*$/

/**
 * A configuration as YAML that PyYAML reads as meant: `1.0e-08` (it takes `1e-8` for text), `'Null'` in quotes,
 * keys in their order, block style.
 */
export function writeConfig(config: ConfigMapping): string {
  const lines = mappingLines(config)
  return lines.length === 0 ? '{}\n' : `${lines.join('\n')}\n`
}

function mappingLines(mapping: ConfigMapping): string[] {
  return Object.entries(mapping).flatMap(([key, value]) => {
    const name = `${textOf(key)}:`
    const nested = nestedLines(value)
    return nested ? [name, ...nested.map((line) => `  ${line}`)] : [`${name} ${leaf(value)}`]
  })
}

function listLines(items: readonly ConfigValue[]): string[] {
  return items.flatMap((item) => {
    const nested = nestedLines(item)
    if (!nested) return [`- ${leaf(item)}`]
    return nested.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))
  })
}

/** Null for what stands on one line. */
function nestedLines(value: ConfigValue): string[] | null {
  if (Array.isArray(value)) return value.length > 0 ? listLines(value) : null
  if (!isMapping(value)) return null
  const lines = mappingLines(value)
  return lines.length > 0 ? lines : null
}

function leaf(value: ConfigValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return textOf(value)
  if (typeof value === 'number') return numberOf(value)
  if (typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? '[]' : '{}'
}

/** PyYAML's floats need a point in the mantissa and a sign in the exponent. */
function numberOf(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa = '', exponent] = String(value).split('e')
  if (exponent === undefined) return mantissa
  const sign = exponent.startsWith('-') ? '-' : '+'
  const digits = exponent.replace(/^[-+]/, '').padStart(2, '0')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${sign}${digits}`
}

function textOf(text: string): string {
  if (plainText.test(text) && !reserved.test(text)) return text
  if (!printable.test(text)) return JSON.stringify(text)
  return `'${text.replaceAll("'", "''")}'`
}
