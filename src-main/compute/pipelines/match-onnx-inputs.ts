import type { OnnxValueInfo } from '#main/codecs/onnx/model.ts'
import type { Assumption } from '#shared/contract/models.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { ModelSource } from '../protocol.ts'
import type { FedInput } from './loaded-model.ts'

export interface MatchedInput {
  readonly input: FedInput
  /** Width of each of its modalities. */
  readonly widths: readonly number[]
  readonly origin: Assumption['origin']
}

/** Widths of RAFNet's own modalities; a project's are known by `source.modalities`. */
const usualWidths: Readonly<Record<string, number>> = {
  grouprec: 1024,
  convnext: 1024,
  resnet: 2048,
  vit: 768,
  grouprec_3d: 78,
}

type Features = ReadonlyMap<string, number>

/** What each input of a user's graph is fed. Throws AppError `model.inputs-unknown`, which lists all inputs. */
export function matchInputs(source: ModelSource, inputs: readonly OnnxValueInfo[]): MatchedInput[] {
  const features: Features = new Map(source.modalities?.map(({ name, width }) => [name, width]))
  const matched = inputs.map((input) => matchInput(source, input, inputs, features))
  const missing = inputs.filter((_, index) => matched[index] === null)
  const found = matched.filter((match) => match !== null)
  if (missing.length === 0 && found.some(({ input }) => input.feed.kind === 'features')) return found
  throw inputsUnknown(source.file, inputs, missing, features)
}

function matchInput(
  { chosen }: ModelSource,
  value: OnnxValueInfo,
  inputs: readonly OnnxValueInfo[],
  features: Features,
): MatchedInput | null {
  const choice = chosen[value.name]
  if (typeof choice === 'string') return feedModalities(value, [choice], features, 'chosen')
  if (Array.isArray(choice)) return feedModalities(value, choice, features, 'chosen')
  const byName = feedModalities(value, [value.name], features, 'checkpoint')
  if (byName) return byName
  // What Lectern's own exports call the ids of photos.
  if (value.name === 'scene') return feedScenes(value, 'checkpoint')
  const columns = columnsOf(value)
  const sameWidth = [...features].filter(([, width]) => width === columns).map(([name]) => name)
  const rivals = inputs.filter((input) => columnsOf(input) === columns)
  return sameWidth.length === 1 && rivals.length === 1 ? feedModalities(value, sameWidth, features, 'default') : null
}

/** The input fed with these modalities side by side, or null where they do not fit it. */
function feedModalities(
  value: OnnxValueInfo,
  names: readonly string[],
  features: Features,
  origin: Assumption['origin'],
): MatchedInput | null {
  const { name, elementType, dimensions } = value
  const [only] = names
  if (names.length === 1 && only === 'img_uid') return feedScenes(value, origin)
  const columns = columnsOf(value)
  if (elementType !== 'float32' || dimensions?.length !== 2) return null
  const shape = { name, type: 'float32', rank: 2 } as const
  if (names.length === 1 && only === 'bbox_ctx') {
    return columns === 4 ? { input: { ...shape, feed: { kind: 'boxes' }, width: 4 }, widths: [4], origin } : null
  }
  const widths = names.map(
    (modality) => features.get(modality) ?? (features.size === 0 ? usualWidths[modality] : undefined),
  )
  const known = widths.filter((width) => width !== undefined)
  const width = known.reduce((sum, part) => sum + part, 0)
  if (known.length !== names.length || (columns !== null && columns !== width)) return null
  return { input: { ...shape, feed: { kind: 'features', modalities: names }, width }, widths: known, origin }
}

function feedScenes(
  { name, elementType, dimensions }: OnnxValueInfo,
  origin: Assumption['origin'],
): MatchedInput | null {
  const rank = dimensions?.length
  const type = elementType === 'int64' || elementType === 'float32' ? elementType : null
  if (type === null || (rank !== 1 && rank !== 2)) return null
  return { input: { name, feed: { kind: 'scene' }, width: 1, type, rank }, widths: [1], origin }
}

/** The second dimension where the file fixes it. */
function columnsOf({ dimensions }: OnnxValueInfo): number | null {
  const size = dimensions?.[1]
  return typeof size === 'number' ? size : null
}

function inputsUnknown(
  file: string,
  inputs: readonly OnnxValueInfo[],
  missing: readonly OnnxValueInfo[],
  features: Features,
): AppError {
  const shapes = inputs.map(
    ({ name, elementType, dimensions }) =>
      `${name}: ${elementType ?? 'unknown'} [${(dimensions ?? ['?']).map((size) => size ?? '?').join(', ')}]`,
  )
  const unmatched = missing.map(({ name }) => name)
  const available = [...features].map(([name, width]) => `${name} (${width})`)
  const subject = unmatched.length > 0 ? `what to feed to ${unmatched.join(', ')}` : 'which input takes feature vectors'
  return new AppError(
    'model.inputs-unknown',
    `${file}: Lectern cannot tell ${subject}. Its inputs are ${shapes.join('; ') || 'none'}. ` +
      `Choose a modality for each input${available.length > 0 ? ` among ${available.join(', ')}, bbox_ctx and img_uid` : ''}.`,
    { file, inputs: shapes, unmatched, available },
  )
}
