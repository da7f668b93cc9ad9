import { AppError } from '#shared/contract/app-error.ts'
import type { HeadContext, HeadForward } from './architectures/architecture.ts'
import type { HeadConfig, Modality } from './architectures/config.ts'
import { architectureFor } from './architectures/registry.ts'
import { bytesOf, GraphBuilder } from './graph-builder.ts'
import type { ValueName } from './graph-builder.ts'
import { checkHeadWeights } from './head-weights.ts'
import { readOnce } from './head-tensor.ts'
import type { HeadTensors } from './head-tensor.ts'
import { modelBytes } from './model-bytes.ts'
import { inferenceOperators } from './operators/inference-operators.ts'
import { where } from './operators/logic.ts'
import { cast, unsqueeze } from './operators/shape.ts'

/**
 * One input of a head's graph; n is the number of students in one run.
 * - `features`: a modality's vectors, float32 [n, width]
 * - `boxes`: cx, cy, w, h over the photo's size (`bbox_cxcywh_norm`), float32 [n, 4]
 * - `scene`: an id of each student's scene, int64 [n]; students with equal ids may be neighbours. Any ids will do.
 */
export interface HeadInput {
  readonly name: string
  readonly kind: 'features' | 'boxes' | 'scene'
  /** Columns; 1 for scenes, which have no second axis. */
  readonly width: number
}

/**
 * One output of a head's graph:
 * - `logits` float32 [n, classes]
 * - `gate` float32 [n, fused modalities], the share of each, rows sum to 1 (gated families)
 * - `neighbours` int64 [n, k] and `neighbour_weights` float32 [n, k], k = max(1, min(graph_k, n − 1)): the rows of this
 *   run that a student's graph update drew on, nearest first; −1 and 0 where a student has fewer peers (graph families)
 */
type HeadOutput = 'logits' | 'gate' | 'neighbours' | 'neighbour_weights'

export interface HeadModel {
  /** A standalone .onnx file. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly inputs: readonly HeadInput[]
  readonly outputs: readonly HeadOutput[]
  /** The columns of `gate`, empty for heads without one. */
  readonly gateModalities: readonly string[]
}

export interface HeadModelOptions {
  /** The checkpoint, for error sentences. */
  readonly file: string
  /** Lectern's version, written as the producer's. */
  readonly version: string
  /** See `HeadContext`; `use-other-scenes` only repeats RAFNet's own batches. `stay-alone` where left out. */
  readonly withoutPeers?: HeadContext<ValueName>['withoutPeers']
  /** In the order of the logits, for whoever opens the file elsewhere. */
  readonly classNames?: readonly string[]
}

/** What whoever feeds the file elsewhere must know; kept in it. */
function inputNote({ kind, width }: HeadInput): string {
  if (kind === 'features') return `float32 [n, ${width}]: one feature vector per student, n students per run`
  if (kind === 'boxes')
    return `float32 [n, ${width}]: cx, cy, w, h of each student's box over the photo's width and height`
  return "int64 [n]: any id of each student's photo; only students with equal ids are each other's neighbours"
}

const outputNotes: Readonly<Record<HeadOutput, string>> = {
  logits: 'float32 [n, classes]: before softmax',
  gate: 'float32 [n, fused modalities]: share of each modality, rows sum to 1',
  neighbours: 'int64 [n, k]: rows of this run that the graph drew on, nearest first; -1 where there are fewer',
  neighbour_weights: 'float32 [n, k]: softmax weight of each neighbour, 0 where there are fewer',
}

/** Graph names that a modality cannot have. */
const reservedNames = new Set<string>(['scene', 'logits', 'gate', 'neighbours', 'neighbour_weights'])

/**
 * A head as an ONNX graph with any number of students per run. Rows of several scenes may share a run: a graph head then
 * gives each scene what it gives that scene alone (to float32 rounding), and nothing of one scene reaches another.
 *
 * @throws AppError head.weight-missing, head.weight-unexpected, head.shape-mismatch, head.class-count,
 *   head.weights-not-finite, head.variance-negative, head.config-impossible
 */
export function buildHeadModel(config: HeadConfig, checkpoint: HeadTensors, options: HeadModelOptions): HeadModel {
  const tensors = readOnce(checkpoint)
  checkHeadWeights(config, tensors, { file: options.file })
  const graph = new GraphBuilder(config.family)
  const inputs = headInputs(config)
  for (const { name, kind, width } of inputs) {
    if (kind === 'scene') graph.input(name, 'int64', ['n'])
    else graph.input(name, 'float32', ['n', width])
  }
  const forward = emitForward(graph, config, tensors, options.withoutPeers ?? 'stay-alone')
  const outputs = declareOutputs(graph, config, forward)
  const fused = architectureFor(config).fusedModalities(config)
  const bytes = modelBytes(graph.build(), {
    version: options.version,
    metadata: new Map([
      ['lectern.family', config.family],
      ['lectern.modalities', JSON.stringify(config.modalities)],
      ['lectern.inputs', JSON.stringify(Object.fromEntries(inputs.map((input) => [input.name, inputNote(input)])))],
      ['lectern.outputs', JSON.stringify(Object.fromEntries(outputs.map((name) => [name, outputNotes[name]])))],
      ...(options.classNames ? [['lectern.classes', JSON.stringify(options.classNames)] as const] : []),
    ]),
  })
  return { bytes, inputs, outputs, gateModalities: forward.gate === null ? [] : fused.map(({ name }) => name) }
}

/** The name under which a family looks for one of RAFNet's pseudo-modalities; that of RAFNet's own files elsewhere. */
function pseudoModality(config: HeadConfig, kind: 'boxes' | 'image'): string {
  const { parameters } = config
  if (!('graphK' in parameters)) return kind === 'boxes' ? 'bbox_ctx' : 'img_uid'
  return kind === 'boxes' ? parameters.spatialModality : parameters.imageIdModality
}

const hasGraph = (config: HeadConfig): boolean => 'graphK' in config.parameters && config.parameters.graphK > 0

/** What a run of this head is fed: modalities in the config's order, then `scene` for every head with a graph. */
function headInputs(config: HeadConfig): readonly HeadInput[] {
  const fused = architectureFor(config).fusedModalities(config)
  const boxes = pseudoModality(config, 'boxes')
  const image = pseudoModality(config, 'image')
  const isRead = (modality: Modality): boolean =>
    modality.name !== image && (fused.includes(modality) || (hasGraph(config) && modality.name === boxes))
  const inputs = config.modalities
    .filter(isRead)
    .map(({ name, width }): HeadInput => ({ name, kind: name === boxes ? 'boxes' : 'features', width }))
  const clash = inputs.find(({ name }) => reservedNames.has(name))
  if (clash !== undefined) {
    throw new AppError(
      'head.config-impossible',
      `A modality cannot be called ${clash.name}: the head's graph uses that name itself. Rename the modality in the config and in the weights.`,
      { modality: clash.name },
    )
  }
  const needsScene = hasGraph(config) || fused.some(({ name }) => name === image)
  return needsScene ? [...inputs, { name: 'scene', kind: 'scene', width: 1 }] : inputs
}

function emitForward(
  graph: GraphBuilder,
  config: HeadConfig,
  tensors: HeadTensors,
  withoutPeers: HeadContext<ValueName>['withoutPeers'],
): HeadForward<ValueName> {
  const image = pseudoModality(config, 'image')
  const weights = new Map<string, ValueName>()
  const weight = (name: string): ValueName => {
    const known = weights.get(name)
    if (known !== undefined) return known
    const tensor = tensors.get(name)!
    const value = graph.initializer(name, 'float32', tensor.shape, bytesOf(tensor.toFloat32()))
    weights.set(name, value)
    return value
  }
  const sceneColumn = headInputs(config).some(({ kind }) => kind === 'scene') ? unsqueeze(graph, 'scene', 1) : null
  // A LayerNorm over one column puts out its bias whatever goes in, so a fused image index may be any number.
  const input = (name: string): ValueName => (name === image ? cast(graph, sceneColumn!, 'float32') : name)
  return architectureFor(config).forward(
    { operators: inferenceOperators(graph), input, weight, scene: sceneColumn, withoutPeers },
    config,
  )
}

function declareOutputs(graph: GraphBuilder, config: HeadConfig, forward: HeadForward<ValueName>): HeadOutput[] {
  const fused = architectureFor(config).fusedModalities(config)
  const outputs: HeadOutput[] = ['logits']
  graph.output(forward.logits, 'logits', 'float32', ['n', config.classes])
  if (forward.gate !== null) {
    outputs.push('gate')
    graph.output(forward.gate, 'gate', 'float32', ['n', fused.length])
  }
  if (forward.neighbours !== null) {
    const { index, weight, isPeer } = forward.neighbours
    outputs.push('neighbours', 'neighbour_weights')
    graph.output(where(graph, isPeer, index, graph.int64(-1)), 'neighbours', 'int64', ['n', 'k'])
    graph.output(where(graph, isPeer, weight, graph.float32(0)), 'neighbour_weights', 'float32', ['n', 'k'])
  }
  return outputs
}
