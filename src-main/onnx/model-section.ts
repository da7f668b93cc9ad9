import type { HeadConfig } from './architectures/config.ts'
import type { ParameterTable, ParameterValue } from './architectures/parameter.ts'
import { architectureFor } from './architectures/registry.ts'

/** The `model` section of a RAFNet config. */
export interface ModelSection {
  readonly name: string
  readonly params: Readonly<Record<string, ParameterValue | readonly string[] | readonly number[]>>
}

/** A head's configuration as RAFNet writes it, every option spelt out; parseHeadConfig reads it back unchanged. */
export function modelSection(config: HeadConfig): ModelSection {
  const table: ParameterTable = architectureFor(config).parameters
  const values = config.parameters as Readonly<Record<string, ParameterValue>>
  return {
    name: config.family,
    params: {
      num_classes: config.classes,
      ...Object.fromEntries(Object.entries(table).map(([name, { key }]) => [key, values[name]!])),
      modalities: config.modalities.map(({ name }) => name),
      input_dims: config.modalities.map(({ width }) => width),
    },
  }
}
