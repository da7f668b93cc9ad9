/** One option of a head under RAFNet's own name, with the value that RAFNet takes when a config leaves it out. */
export interface Parameter<Value> {
  readonly key: string
  readonly fallback: Value
  /** What is accepted, for error sentences: "a whole number of at least 1". */
  readonly expected: string
  /** Whether the option has no effect once the head is trained. */
  readonly trainingOnly?: true
  /** The value, or null where it is not what is expected. Numbers may be strings, as PyYAML leaves `1e-8`. */
  readonly read: (value: unknown) => Value | null
}

export type ParameterTable = Readonly<Record<string, Parameter<number> | Parameter<boolean> | Parameter<string>>>

export type ParameterValue = number | boolean | string

/** The values of a table of parameters under Lectern's names. */
export type ParameterValues<Table extends ParameterTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Parameter<infer Value> ? Value : never
}

/** A finite number, also from a string; null for anything else. */
export function readNumber(value: unknown): number | null {
  if (typeof value === 'string' && value.trim() === '') return null
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

export function integerParameter(key: string, fallback: number, minimum = Number.MIN_SAFE_INTEGER): Parameter<number> {
  const read = (value: unknown): number | null => {
    const number = readNumber(value)
    return number !== null && Number.isSafeInteger(number) && number >= minimum ? number : null
  }
  const bound = minimum === Number.MIN_SAFE_INTEGER ? '' : ` of at least ${minimum}`
  return { key, fallback, expected: `a whole number${bound}`, read }
}

/** Any finite number within the bounds, both included. */
export function numberParameter(
  key: string,
  fallback: number,
  minimum = -Number.MAX_VALUE,
  maximum = Number.MAX_VALUE,
): Parameter<number> {
  const read = (value: unknown): number | null => {
    const number = readNumber(value)
    return number !== null && number >= minimum && number <= maximum ? number : null
  }
  const bounds = [
    ...(minimum > -Number.MAX_VALUE ? [`at least ${minimum}`] : []),
    ...(maximum < Number.MAX_VALUE ? [`at most ${maximum}`] : []),
  ]
  return { key, fallback, expected: ['a number', bounds.join(' and ')].filter(Boolean).join(' of '), read }
}

/** Marks an option that has no effect once the head is trained. */
export const inTraining = <Value>(parameter: Parameter<Value>): Parameter<Value> => ({
  ...parameter,
  trainingOnly: true,
})

/** A dropout probability. */
export const rateParameter = (key: string, fallback: number): Parameter<number> =>
  inTraining(numberParameter(key, fallback, 0, 1))

export function flagParameter(key: string, fallback: boolean): Parameter<boolean> {
  const read = (value: unknown): boolean | null => {
    const word = typeof value === 'string' ? value.toLowerCase() : value
    if (word === true || word === 'true') return true
    return word === false || word === 'false' ? false : null
  }
  return { key, fallback, expected: 'true or false', read }
}

export function nameParameter(key: string, fallback: string): Parameter<string> {
  const read = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
  return { key, fallback, expected: 'the name of a modality', read }
}
