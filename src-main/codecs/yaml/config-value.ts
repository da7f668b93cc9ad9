/** What a configuration file holds. Numbers that PyYAML reads as text (`1e-8`) are numbers here. */
export type ConfigValue = null | boolean | number | string | ConfigValue[] | ConfigMapping

export interface ConfigMapping {
  [key: string]: ConfigValue
}

export const isMapping = (value: ConfigValue | undefined): value is ConfigMapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A number, or text that is one (a user may have quoted it); undefined for all else. */
export function configNumber(value: ConfigValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value)) return undefined
  return Number(value.replaceAll('_', ''))
}
