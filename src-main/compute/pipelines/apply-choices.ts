import type { Modality } from '#main/onnx/architectures/config.ts'
import { architectureFor } from '#main/onnx/architectures/registry.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import type { HeadAssumption, ResolvedHead } from '#main/onnx/head-config.ts'
import type { Assumption } from '#shared/contract/models.ts'
import type { ModelSource } from '../protocol.ts'

export interface ChosenHead {
  readonly config: ResolvedHead['config']
  readonly assumptions: readonly (Omit<HeadAssumption, 'origin'> & { readonly origin: Assumption['origin'] })[]
}

/** Inputs beside the features: on or off by their own names, as a head without config lists them. */
const pseudoModalities: readonly Modality[] = [
  { name: 'bbox_ctx', width: 4 },
  { name: 'img_uid', width: 1 },
]

/**
 * A head's configuration with what the user decided, by RAFNet's parameter names; `modalities` takes a list of names,
 * `bbox_ctx` and `img_uid` take true or false. Throws AppError `head.*` for choices that RAFNet does not know.
 */
export function applyChoices(found: ResolvedHead, chosen: ModelSource['chosen'], file: string): ChosenHead {
  const names = Object.keys(chosen)
  if (names.length === 0) return found
  const { config, assumptions } = found
  const modalities = chosenModalities(config.modalities, chosen)
  const table = Object.entries(architectureFor(config).parameters as Readonly<Record<string, { readonly key: string }>>)
  const options = Object.fromEntries(
    table.map(([name, { key }]) => [key, (config.parameters as Readonly<Record<string, unknown>>)[name]]),
  )
  const others = Object.fromEntries(Object.entries(chosen).filter(([name]) => !isModalityChoice(name)))
  const params = {
    num_classes: config.classes,
    ...options,
    ...others,
    modalities: modalities.map(({ name }) => name),
    input_dims: modalities.map(({ width }) => width),
  }
  const resolved = parseHeadConfig({ name: config.family, params }, { file })
  const origins = new Map(assumptions.map(({ parameter, origin }) => [parameter, origin]))
  const pseudo = assumptions.filter(({ parameter }) => pseudoModalities.some(({ name }) => name === parameter))
  return {
    config: resolved.config,
    assumptions: [...resolved.assumptions, ...pseudo].map((assumption) => ({
      ...assumption,
      value: pseudo.includes(assumption)
        ? modalities.some(({ name }) => name === assumption.parameter)
        : assumption.value,
      origin: names.includes(assumption.parameter)
        ? ('chosen' as const)
        : (origins.get(assumption.parameter) ?? assumption.origin),
    })),
  }
}

const isModalityChoice = (name: string): boolean =>
  name === 'modalities' || pseudoModalities.some((pseudo) => pseudo.name === name)

/** Names by the user's list (widths by name, else by position), then the pseudo-modalities switched on or off. */
function chosenModalities(found: readonly Modality[], chosen: ModelSource['chosen']): readonly Modality[] {
  const listed = Array.isArray(chosen.modalities) ? chosen.modalities : found.map(({ name }) => name)
  const known = [...found, ...pseudoModalities]
  const named = listed.map((name, position) => ({
    name,
    width: known.find((modality) => modality.name === name)?.width ?? found[position]?.width ?? 0,
  }))
  const kept = named.filter(({ name }) => chosen[name] !== false)
  const added = pseudoModalities.filter(({ name }) => chosen[name] === true && kept.every((one) => one.name !== name))
  return [...kept, ...added]
}
