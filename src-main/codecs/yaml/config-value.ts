/** What a configuration file holds. Numbers that PyYAML reads as text (`1e-8`) are numbers here. */
export type ConfigValue = null | boolean | number | string | ConfigValue[] | ConfigMapping

export interface ConfigMapping {
  [key: string]: ConfigValue
}

export const isMapping = (value: ConfigValue | undefined): value is ConfigMapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
