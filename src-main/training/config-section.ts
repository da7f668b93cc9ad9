import { AppError } from '#shared/contract/app-error.ts'
import { readNumber } from '#main/onnx/architectures/parameter.ts'

/** A mapping of a configuration file with its place, for error sentences. */
export interface ConfigSection {
  readonly file: string
  /** Dotted, as `optimizer.params`. */
  readonly place: string
  readonly values: Readonly<Record<string, unknown>>
}

export interface Bounds {
  readonly minimum?: number
  readonly maximum?: number
  readonly whole?: boolean
}

export function malformed(
  section: Pick<ConfigSection, 'file' | 'place'>,
  key: string,
  value: unknown,
  needed: string,
): AppError {
  const shown = value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value).slice(0, 120)
  const place = [section.place, key].filter(Boolean).join('.')
  return new AppError(
    'training.config-malformed',
    `In ${section.file}, ${place} is ${shown} where ${needed} is needed. Correct the configuration.`,
    { file: section.file, key: place, value: shown },
  )
}

/** What a key names but Lectern does not have: an optimizer, a loss, an option. */
export function unknownPart(section: ConfigSection, key: string, value: string, known: readonly string[]): AppError {
  const place = [section.place, key].filter(Boolean).join('.')
  return new AppError(
    'training.config-unknown',
    `${section.file} sets ${place} to ${value}, which Lectern does not know. Use ${known.join(', ')}.`,
    { file: section.file, key: place, value, known },
  )
}

export function sectionOf(parent: ConfigSection, key: string): ConfigSection | null {
  const value = parent.values[key]
  if (value === undefined || value === null) return null
  if (typeof value !== 'object' || Array.isArray(value)) throw malformed(parent, key, value, 'a mapping')
  const place = [parent.place, key].filter(Boolean).join('.')
  return { file: parent.file, place, values: value as Record<string, unknown> }
}

/** A part of the form {name, params: {…}}; options may also stand beside the name. Refuses options that are not in `known`. */
export function partOf(parent: ConfigSection, key: string, known: readonly string[]): ConfigSection | null {
  const section = sectionOf(parent, key)
  if (section === null) return null
  const { params: _params, ...beside } = section.values
  const values = { ...beside, ...sectionOf(section, 'params')?.values }
  const merged: ConfigSection = { ...section, values }
  const stranger = Object.keys(values).find((name) => name !== 'name' && !known.includes(name))
  if (stranger !== undefined) throw unknownPart(section, 'params', stranger, known)
  return merged
}

export function numberAt(section: ConfigSection, key: string, fallback: number, bounds: Bounds = {}): number {
  const value = section.values[key]
  if (value === undefined || value === null) return fallback
  const { minimum = -Infinity, maximum = Infinity, whole = false } = bounds
  const number = readNumber(value)
  if (number !== null && number >= minimum && number <= maximum && (!whole || Number.isSafeInteger(number)))
    return number
  const kind = whole ? 'a whole number' : 'a number'
  const from = Number.isFinite(minimum) ? ` of at least ${minimum}` : ''
  const to = Number.isFinite(maximum) ? ` ${from === '' ? 'of' : 'and'} at most ${maximum}` : ''
  throw malformed(section, key, value, `${kind}${from}${to}`)
}

/** One of some words. */
export function wordAt<Word extends string>(
  section: ConfigSection,
  key: string,
  fallback: Word,
  known: readonly Word[],
): Word {
  const value = section.values[key]
  if (value === undefined || value === null) return fallback
  const word = known.find((one) => one === value)
  if (word !== undefined) return word
  if (typeof value !== 'string') throw malformed(section, key, value, `one of ${known.join(', ')}`)
  throw unknownPart(section, key, value, known)
}

export function textAt(section: ConfigSection, key: string): string | null {
  const value = section.values[key]
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && value !== '') return value
  throw malformed(section, key, value, 'text')
}
