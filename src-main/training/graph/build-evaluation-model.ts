import { modelBytes } from '#main/onnx/model-bytes.ts'
import type { WeightSpec } from '#main/onnx/architectures/architecture.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { architectureFor } from '#main/onnx/architectures/registry.ts'
import { GraphBuilder } from '#main/onnx/graph-builder.ts'
import type { ValueName } from '#main/onnx/graph-builder.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'
import { inferenceOperators } from '#main/onnx/operators/inference-operators.ts'
import { graphNames } from './graph-names.ts'
import { mixesRows } from './head-inputs.ts'

/**
 * A head in evaluation mode whose weights are inputs, so that one session serves every epoch. Inputs by `graphNames`: a column per
 * modality, float32 [n, width], for graph heads `scene`, float32 [n, 1], and the weights; outputs `logits` [n, classes] and, where
 * the family adds one to its loss, the scalar `auxiliary_loss` (a mean over rows).
 */
export interface EvaluationModel {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly modalities: readonly string[]
  readonly takesScene: boolean
  readonly weights: readonly WeightSpec[]
  readonly hasAuxiliaryLoss: boolean
}

export function buildEvaluationModel(config: HeadConfig): EvaluationModel {
  const graph = new GraphBuilder('evaluation')
  const modalities: string[] = []
  const weights = new Map<string, ValueName>()
  const specs = expectedWeights(config)
  const input = (name: string): ValueName => {
    const { width } = config.modalities.find((one) => one.name === name)!
    if (!modalities.includes(name)) {
      graph.input(graphNames.modality(name), 'float32', ['n', width])
      modalities.push(name)
    }
    return graphNames.modality(name)
  }
  const weight = (name: string): ValueName => {
    const { shape } = specs.find((one) => one.name === name)!
    const value = weights.get(name) ?? graph.input(graphNames.weight(name), 'float32', shape)
    weights.set(name, value)
    return value
  }
  const takesScene = mixesRows(config)
  const scene = takesScene ? graph.input(graphNames.scene, 'float32', ['n', 1]) : null
  const operators = inferenceOperators(graph)
  const forward = architectureFor(config).forward(
    { operators, input, weight, scene, withoutPeers: 'stay-alone' },
    config,
  )
  graph.output(forward.logits, graphNames.logits, 'float32', ['n', config.classes])
  if (forward.auxiliaryLoss !== null) graph.output(forward.auxiliaryLoss(), graphNames.auxiliaryLoss, 'float32', [])
  return {
    bytes: modelBytes(graph.build()),
    modalities,
    takesScene,
    weights: specs.filter(({ name }) => weights.has(name)),
    hasAuxiliaryLoss: forward.auxiliaryLoss !== null,
  }
}
