import { AppError } from '#shared/contract/app-error.ts'
import { headFamilies } from './architectures/config.ts'
import type { HeadConfig, HeadConfigOf, HeadFamily, Modality } from './architectures/config.ts'
import { readNumber } from './architectures/parameter.ts'
import type { ParameterTable, ParameterValue } from './architectures/parameter.ts'
import { architectureFor, architectureOf } from './architectures/registry.ts'

/** One thing that a head's configuration takes as given, and where it comes from; shown to the user. */
export interface HeadAssumption {
  /** RAFNet's own name of the option: `hidden_dim`, `modalities`. */
  readonly parameter: string
  /** Lists are joined with commas. */
  readonly value: ParameterValue
  readonly origin: 'config' | 'checkpoint' | 'default'
  /** Whether it matters only while the head is trained. */
  readonly trainingOnly: boolean
}

export interface ResolvedHead {
  readonly config: HeadConfig
  readonly assumptions: readonly HeadAssumption[]
}

/** Where a configuration was read, for error sentences. */
export interface ConfigSource {
  readonly file: string
}

/**
 * Reads the `model` section of a RAFNet YAML, or of a fixture's JSON: `{name, params}` alone or under the key `model`.
 * Options that are left out take RAFNet's defaults (rafnet README §4); options that RAFNet does not know are refused, as it
 * refuses them.
 *
 * @throws AppError head.config-malformed, head.family-unknown, head.parameter-unknown, head.config-impossible
 */
export function parseHeadConfig(value: unknown, source: ConfigSource): ResolvedHead {
  const whole = record(value, 'the configuration', source)
  const section = record(whole.model ?? whole, 'model', source)
  const family = parseFamily(section.name, source)
  const params = record(section.params, 'model.params', source)
  const table = architectureOf(family).parameters
  refuseUnknown(family, params, table, source)
  const given = new Map<string, KnownValue>()
  for (const [name, parameter] of Object.entries<ParameterTable[string]>(table)) {
    const raw = params[parameter.key]
    if (raw === undefined || raw === null) continue
    const read = parameter.read(raw)
    if (read === null) throw malformed(`model.params.${parameter.key}`, raw, parameter.expected, source)
    given.set(name, { value: read, origin: 'config' })
  }
  const classes = params.num_classes ?? null
  return resolve({
    family,
    classes:
      classes === null
        ? { value: 5, origin: 'default' }
        : { value: positive(classes, 'num_classes', source), origin: 'config' },
    modalities: parseModalities(params, source),
    modalitiesOrigin: 'config',
    given,
    source,
  })
}

/** A value and where it comes from. */
export interface KnownValue {
  readonly value: ParameterValue
  readonly origin: HeadAssumption['origin']
}

export interface HeadParts {
  readonly family: HeadFamily
  readonly classes: { readonly value: number; readonly origin: HeadAssumption['origin'] }
  readonly modalities: readonly Modality[]
  readonly modalitiesOrigin: HeadAssumption['origin']
  /** Options under Lectern's names; the rest take their defaults. */
  readonly given: ReadonlyMap<string, KnownValue>
  readonly source: ConfigSource
}

/** Puts a head's configuration together, lists what it rests on, and refuses what cannot be built. */
export function resolve(parts: HeadParts): ResolvedHead {
  const table: ParameterTable = architectureOf(parts.family).parameters
  const options = Object.entries(table).map(([name, parameter]) => {
    const known: KnownValue = parts.given.get(name) ?? { value: parameter.fallback, origin: 'default' }
    return { name, key: parameter.key, trainingOnly: parameter.trainingOnly === true, ...known }
  })
  const config = {
    family: parts.family,
    classes: parts.classes.value,
    modalities: parts.modalities,
    // The table of the family decides which options there are and what kind each is, so this is its parameter type.
    parameters: Object.fromEntries(options.map(({ name, value }) => [name, value])),
  } as unknown as HeadConfig
  const problem = problemOf(config)
  if (problem !== null) throw impossible(config, problem, parts.source)
  const origin = parts.modalitiesOrigin
  return {
    config,
    assumptions: [
      { parameter: 'name', value: parts.family, origin, trainingOnly: false },
      { parameter: 'num_classes', ...parts.classes, trainingOnly: false },
      {
        parameter: 'modalities',
        value: parts.modalities.map(({ name }) => name).join(', '),
        origin,
        trainingOnly: false,
      },
      {
        parameter: 'input_dims',
        value: parts.modalities.map(({ width }) => width).join(', '),
        origin,
        trainingOnly: false,
      },
      ...options.map(({ key, value, origin: from, trainingOnly }) => ({
        parameter: key,
        value,
        origin: from,
        trainingOnly,
      })),
    ],
  }
}

const problemOf = <Family extends HeadFamily>(config: HeadConfigOf<Family>): string | null =>
  architectureFor(config).problem(config)

function impossible(config: HeadConfig, problem: string, source: ConfigSource): AppError {
  const modalities = config.modalities.map(({ name }) => name)
  return new AppError(
    'head.config-impossible',
    `${source.file} asks for a ${config.family} of the modalities ${modalities.join(', ')}, but ${problem}. Correct the configuration.`,
    { file: source.file, family: config.family, modalities },
  )
}

function record(value: unknown, what: string, source: ConfigSource): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw malformed(what, value, 'a mapping such as {name: gated_fusion_classifier, params: {…}}', source)
}

function malformed(what: string, value: unknown, expected: string, source: ConfigSource): AppError {
  const shown = value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value).slice(0, 120)
  return new AppError(
    'head.config-malformed',
    `In ${source.file}, ${what} is ${shown} where ${expected} is needed. Correct the configuration.`,
    { file: source.file, parameter: what, value: shown },
  )
}

function parseFamily(name: unknown, source: ConfigSource): HeadFamily {
  if (typeof name !== 'string') throw malformed('model.name', name, 'the name of a head family', source)
  const family = headFamilies.find((known) => known === name)
  if (family !== undefined) return family
  throw new AppError(
    'head.family-unknown',
    `${source.file} asks for a ${name}, which Lectern does not know. Use one of ${headFamilies.join(', ')}.`,
    { file: source.file, family: name, known: headFamilies },
  )
}

const sharedKeys = ['num_classes', 'modalities', 'input_dims']

function refuseUnknown(
  family: HeadFamily,
  params: Readonly<Record<string, unknown>>,
  table: ParameterTable,
  source: ConfigSource,
): void {
  const known = [...sharedKeys, ...Object.values(table).map(({ key }) => key)]
  const unknown = Object.keys(params).find((key) => !known.includes(key))
  if (unknown === undefined) return
  throw new AppError(
    'head.parameter-unknown',
    `${source.file} sets model.params.${unknown}, which a ${family} does not have. Remove it, or correct its spelling: it takes ${known.join(', ')}.`,
    { file: source.file, family, parameter: unknown, known },
  )
}

function positive(value: unknown, key: string, source: ConfigSource): number {
  const number = readNumber(value)
  if (number !== null && Number.isSafeInteger(number) && number >= 1) return number
  throw malformed(`model.params.${key}`, value, 'a whole number of at least 1', source)
}

function parseModalities(params: Readonly<Record<string, unknown>>, source: ConfigSource): readonly Modality[] {
  const { modalities: names, input_dims: widths } = params
  if (!Array.isArray(names) || names.length === 0) {
    throw malformed('model.params.modalities', names, 'a list of modality names', source)
  }
  if (!Array.isArray(widths) || widths.length !== names.length) {
    throw malformed(
      'model.params.input_dims',
      widths,
      `a list of ${names.length} widths, one for each modality,`,
      source,
    )
  }
  const modalities = names.map((name: unknown, index): Modality => {
    if (typeof name !== 'string' || name === '')
      throw malformed('model.params.modalities', names, 'a list of names', source)
    return { name, width: positive(widths[index], 'input_dims', source) }
  })
  if (new Set(names).size < names.length) {
    throw malformed('model.params.modalities', names, 'a list without repetition', source)
  }
  return modalities
}
