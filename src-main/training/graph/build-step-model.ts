import { modelBytes } from '#main/onnx/model-bytes.ts'
import type { WeightSpec } from '#main/onnx/architectures/architecture.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { bytesOf, GraphBuilder } from '#main/onnx/graph-builder.ts'
import type { Dimension, ValueName } from '#main/onnx/graph-builder.ts'
import { gatherRows } from '#main/onnx/operators/shape.ts'
import { scheduleEntries } from '../optimiser/adamw.ts'
import { squareRoot, sumOfSquares } from '../tape/arithmetic.ts'
import type { DropoutMask } from '../tape/dropout.ts'
import { Tape } from '../tape/tape.ts'
import type { TapeValue } from '../tape/tape.ts'
import type { Carried } from './carried-state.ts'
import { emitStep } from './emit-step.ts'
import type { LossOptions, StepInputs } from './emit-step.ts'
import { emitUpdates } from './emit-updates.ts'
import type { UpdateOptions } from './emit-updates.ts'
import { graphNames } from './graph-names.ts'
import { atStep, iteration, scalarAtStep } from './step-graphs.ts'
import type { StepGraphs } from './step-graphs.ts'

export interface StepOptions extends LossOptions, UpdateOptions {
  /** Rows of one step. */
  readonly batchSize: number
  /** Rows of the whole split, of which every step takes some. */
  readonly rows: number
  readonly mixup: boolean
  /** Also puts out every parameter's gradient norm before clipping, [steps] each. */
  readonly reportGradientNorms?: boolean
}

/**
 * A run of any number of training steps as one graph; its inputs and outputs are named by `graphNames`. A run takes the split's
 * columns, the weights with both moments, and for each step its rows, masks and schedule; it gives weights, statistics and moments
 * after the last step, and for every step the loss [steps], the gradients' global norm before clipping [steps] and the logits
 * [steps, batch, classes].
 */
export interface StepModel {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Modalities whose columns it takes. */
  readonly modalities: readonly string[]
  readonly takesLabels: boolean
  readonly takesMixup: boolean
  readonly masks: readonly DropoutMask[]
  /** Parameters that get a gradient: the others are never touched. */
  readonly trained: readonly WeightSpec[]
  readonly statistics: readonly WeightSpec[]
  readonly fixed: readonly WeightSpec[]
}

/** A value that every step puts out. */
interface Scan {
  readonly name: string
  readonly value: TapeValue
}

const condition = 'step/condition'

export function buildStepModel(config: HeadConfig, options: StepOptions): StepModel {
  const graphs: StepGraphs = { outer: new GraphBuilder('training'), body: new GraphBuilder('step') }
  const { outer, body } = graphs
  outer.input(graphNames.steps, 'int64', [])
  for (const entry of scheduleEntries) outer.input(graphNames.schedule(entry), 'float32', ['steps'])
  for (const moment of ['first', 'second'] as const) outer.input(graphNames.finalScale(moment), 'float32', [])
  body.input(iteration, 'int64', [])
  body.input(condition, 'bool', [])
  return body.scope('step', () => {
    const tape = new Tape(body)
    const modalities: string[] = []
    const masks: DropoutMask[] = []
    const inputs = stepInputs(graphs, tape, config, options, modalities, masks)
    const step = emitStep(tape, config, inputs, options)
    const updates = tape.withoutRecording(() => body.scope('update', () => emitUpdates(graphs, tape, step, options)))
    for (const { name, shape } of step.fixed) outer.input(graphNames.fixedWeight(name), 'float32', shape)
    const gradientNorms = [...step.gradients].map(([{ name }, { gradient }]) => ({
      name: graphNames.gradientNormOf(name),
      value: squareRoot(tape, sumOfSquares(tape, gradient)),
    }))
    emitLoop(graphs, updates.carried, [
      { name: graphNames.loss, value: step.loss },
      { name: graphNames.gradientNorm, value: updates.norm },
      { name: graphNames.logits, value: step.logits },
      ...(options.reportGradientNorms ? gradientNorms : []),
    ])
    return {
      bytes: encode(outer),
      modalities,
      takesLabels: options.contrastive !== null,
      takesMixup: options.mixup,
      masks,
      trained: [...step.gradients.keys()],
      statistics: [...step.statistics.keys()],
      fixed: step.fixed,
    }
  })
}

function stepInputs(
  { outer, body }: StepGraphs,
  tape: Tape,
  config: HeadConfig,
  options: StepOptions,
  modalities: string[],
  masks: DropoutMask[],
): StepInputs {
  const { batchSize, rows } = options
  /** An outer column [rows, width] cut down to a batch. */
  const rowsOf = (column: ValueName, chosen: ValueName, width: number): TapeValue =>
    tape.value(gatherRows(body, column, chosen), [batchSize, width])
  outer.input(graphNames.rows, 'int64', ['steps', batchSize])
  const batch = atStep(body, graphNames.rows)
  const targets = outer.input(graphNames.targets, 'float32', [rows, config.classes])
  const known = new Map<string, TapeValue>()
  const modality = (name: string): TapeValue => {
    const found = known.get(name)
    if (found !== undefined) return found
    const { width } = config.modalities.find((one) => one.name === name)!
    const value = rowsOf(outer.input(graphNames.modality(name), 'float32', [rows, width]), batch, width)
    modalities.push(name)
    known.set(name, value)
    return value
  }
  const mask = (layer: DropoutMask): TapeValue => {
    masks.push(layer)
    const shape: readonly Dimension[] = ['steps', batchSize, layer.columns]
    const name = outer.input(graphNames.mask(layer.name), 'bool', shape)
    return tape.value(atStep(body, name), [batchSize, layer.columns])
  }
  const mixup = (): NonNullable<StepInputs['mixup']> => {
    const mixedRows = atStep(body, outer.input(graphNames.mixedRows, 'int64', ['steps', batchSize]))
    outer.input(graphNames.mixupShare, 'float32', ['steps'])
    return { targets: rowsOf(targets, mixedRows, config.classes), share: scalarAtStep(tape, graphNames.mixupShare) }
  }
  return {
    modality,
    mask,
    targets: rowsOf(targets, batch, config.classes),
    mixup: options.mixup ? mixup() : null,
    labels: options.contrastive ? rowsOf(outer.input(graphNames.labels, 'float32', [rows, 1]), batch, 1) : null,
  }
}

function emitLoop({ outer, body }: StepGraphs, carried: readonly Carried[], scans: readonly Scan[]): void {
  body.output(condition, 'out/condition', 'bool', [])
  for (const { inner, shape, after } of carried) {
    body.input(inner, 'float32', shape)
    body.output(after, `out/${inner}`, 'float32', shape)
  }
  for (const { name, value } of scans) body.output(value.name, `out/${name}`, 'float32', value.shape)
  const always = outer.initializer('always', 'bool', [], bytesOf(Uint8Array.of(1)))
  const results = outer.nodes(
    'Loop',
    [graphNames.steps, always, ...carried.map(({ before }) => before)],
    { body: { kind: 'graph', value: body.build() } },
    carried.length + scans.length,
  )
  for (const [index, { finish }] of carried.entries()) finish(results[index]!)
  for (const [index, { name, value }] of scans.entries()) {
    outer.output(results[carried.length + index]!, name, 'float32', ['steps', ...value.shape])
  }
}

function encode(graph: GraphBuilder): Uint8Array<ArrayBuffer> {
  return modelBytes(graph.build())
}
