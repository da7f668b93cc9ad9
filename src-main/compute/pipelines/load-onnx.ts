import { decodeModel } from '#main/codecs/onnx/decode-model.ts'
import type { OnnxGraph, OnnxValueInfo } from '#main/codecs/onnx/model.ts'
import type { Assumption, ModelModality } from '#shared/contract/models.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { ModelSource } from '../protocol.ts'
import { checkOnnxModel } from './check-onnx-model.ts'
import { withFileSource } from './file-source.ts'
import type { FedInput, LoadedModel } from './loaded-model.ts'
import { matchInputs } from './match-onnx-inputs.ts'
import type { MatchedInput } from './match-onnx-inputs.ts'

/**
 * A head of the user's own. Inputs are told by name and width, or by `chosen` (input name → modality or list of modalities
 * side by side); the output is `logits`, else the only float32 output with two axes.
 * Throws AppError `onnx.*` (also for operators of its own and weights outside its folder), `model.inputs-unknown`, `model.outputs-unknown`, `model.classes-unknown`.
 */
export function loadOnnx(source: ModelSource, sha256: string): LoadedModel {
  const { file } = source
  const decoded = withFileSource(file, (bytes) => decodeModel(bytes.read(0, bytes.size), { file }))
  checkOnnxModel(decoded, file)
  const { graph } = decoded
  const matched = matchInputs(source, withoutInitializers(graph))
  const logits = logitsOutput(graph, file)
  const classes = classCount(logits, source)
  const inputs = matched.map(({ input }) => input)
  const features = inputs.flatMap(({ feed }) => (feed.kind === 'features' ? feed.modalities : []))
  const gate = graph.outputs.find(({ name, dimensions }) => name === 'gate' && dimensions?.[1] === features.length)
  return {
    file,
    description: {
      sha256,
      family: 'onnx',
      classes,
      modalities: matched.flatMap(modalitiesOf),
      gateModalities: gate ? features : [],
      assumptions: [...matched.map(assumptionOf), { parameter: 'output', value: logits.name, origin: 'checkpoint' }],
    },
    graphSha256: sha256,
    // By its path, since large models keep their weights in files beside them.
    graph: () => file,
    inputs,
    output: { logits: logits.name, gate: gate?.name ?? null },
    hasNeighbours: false,
    mixing: inputs.some(({ feed }) => feed.kind === 'scene') ? 'same-scene' : 'any',
    knowsPhotos: inputs.some(({ feed }) => feed.kind === 'scene'),
  }
}

/** Old files list every weight among the inputs as well. */
function withoutInitializers(graph: OnnxGraph): OnnxValueInfo[] {
  const weights = new Set(graph.initializers.map(({ name }) => name))
  return graph.inputs.filter(({ name }) => !weights.has(name))
}

const isMatrix = ({ elementType, dimensions }: OnnxValueInfo): boolean =>
  elementType === 'float32' && (dimensions === null || dimensions.length === 2)

function logitsOutput({ outputs }: OnnxGraph, file: string): OnnxValueInfo {
  const matrices = outputs.filter(isMatrix)
  const logits = matrices.find(({ name }) => name === 'logits') ?? (matrices.length === 1 ? matrices[0] : undefined)
  if (logits) return logits
  const found = outputs.map(({ name, elementType }) => `${name} (${elementType ?? 'unknown'})`)
  throw new AppError(
    'model.outputs-unknown',
    `${file} has no output that can be told to be the logits: ${found.join(', ') || 'none'}. Export it with a float32 output named "logits", one row per student.`,
    { file, outputs: found },
  )
}

function classCount({ dimensions, name }: OnnxValueInfo, { file, chosen }: ModelSource): number {
  const size = dimensions?.[1]
  if (typeof size === 'number' && size > 0) return size
  if (typeof chosen.num_classes === 'number') return chosen.num_classes
  throw new AppError(
    'model.classes-unknown',
    `${file} does not say how many classes its output "${name}" has. Choose num_classes, or export the model with a fixed second dimension.`,
    { file, output: name },
  )
}

function modalitiesOf({ input, widths }: MatchedInput): ModelModality[] {
  if (input.feed.kind === 'boxes') return [{ name: 'bbox_ctx', width: 4, role: 'box' }]
  if (input.feed.kind === 'scene') return [{ name: 'img_uid', width: 1, role: 'scene' }]
  return input.feed.modalities.map((name, index) => ({ name, width: widths[index]!, role: 'feature' }))
}

function assumptionOf({ input, origin }: MatchedInput): Assumption {
  return { parameter: `input ${input.name}`, value: feedText(input), origin }
}

const feedText = ({ feed }: FedInput): string => {
  if (feed.kind === 'features') return feed.modalities.join(' + ')
  return feed.kind === 'boxes' ? 'bbox_ctx' : 'img_uid'
}
