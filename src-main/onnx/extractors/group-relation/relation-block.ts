import type { ValueName } from '../../graph-builder.ts'
import { tensorOf, weightOf } from '../../layers/layer-context.ts'
import type { LayerContext } from '../../layers/layer-context.ts'
import { linear } from '../../layers/linear.ts'
import * as operators from '../../operators/elementwise.ts'
import { matMul, transpose } from '../../operators/linear.ts'
import { softmax } from '../../operators/normalisation.ts'
import { concatenate, slice, unsqueeze } from '../../operators/shape.ts'
import type { Incidence } from './incidence.ts'

/** GroupNet's temperature of the softmax over edge types. */
const temperature = 0.5

/** Linear, ReLU, Linear: [n, in] → [n, out]. */
const twoLayers = (context: LayerContext, name: string, x: ValueName): ValueName =>
  linear(context, `${name}.layers.1`, operators.relu(context.graph, linear(context, `${name}.layers.0`, x)))

export interface BlockInputs {
  /** Students, [N, h]. */
  readonly x: ValueName
  readonly incidence: Incidence
  /** Gumbel noise, [edges, types]. */
  readonly noise: ValueName
  /** N as a float32 scalar: padded rows count. */
  readonly rows: ValueName
}

/** How many types a block's edges have, read from its weights. */
export const edgeTypes = (context: LayerContext, name: string): number =>
  tensorOf(context, `${name}.nmp_mlp_start.MLP_distribution.layers.1.weight`).shape[0]!

/**
 * One block of GroupNet's relation encoder (Xu et al. 2022) as GroupRec uses it, [N, h] → [N, h]: students are gathered to
 * edges with attention, each edge is given soft types and a strength, every type has its own message, and messages
 * are brought back to the students.
 */
export function relationBlock(context: LayerContext, name: string, inputs: BlockInputs): ValueName {
  const { graph } = context
  const { x, incidence, noise, rows } = inputs
  return graph.scope(name, () => {
    const edges = attendedEdges(context, name, twoLayers(context, `${name}.node2edge_start_mlp.0`, x), incidence)
    const z = twoLayers(context, `${name}.nmp_mlp_start.init_MLP`, edges)
    const logits = operators.add(graph, twoLayers(context, `${name}.nmp_mlp_start.MLP_distribution`, z), noise)
    const types = softmax(graph, operators.divide(graph, logits, graph.float32(temperature)))
    const factor = graph.node('Sigmoid', [twoLayers(context, `${name}.nmp_mlp_start.MLP_factor`, z)])
    const messages = typedMessages(context, name, inputs, operators.multiply(graph, factor, types))
    const joined = operators.divide(graph, concatenate(graph, [messages, x], 1), rows)
    return twoLayers(context, `${name}.nmp_mlp_end`, joined)
  })
}

/**
 * (a ∘ H) · u, where a is two layers of [u_node, e_edge] and e = H · u. The first layer is linear in both, so each side is
 * worked out once instead of once for each pair.
 */
function attendedEdges(context: LayerContext, name: string, u: ValueName, incidence: Incidence): ValueName {
  const { graph } = context
  const attention = `${name}.attention_mlp.0.layers`
  const weight = weightOf(context, `${attention}.0.weight`) // [k, 2 · width]
  const width = tensorOf(context, `${attention}.0.weight`).shape[1]! / 2
  const side = (start: number): ValueName => transpose(graph, slice(graph, weight, 1, start, start + width))
  const nodes = matMul(graph, u, side(0))
  const edges = operators.add(
    graph,
    matMul(graph, incidence.toEdges(u), side(width)),
    weightOf(context, `${attention}.0.bias`),
  )
  const second = transpose(graph, weightOf(context, `${attention}.1.weight`)) // [k, 1]
  const bias = weightOf(context, `${attention}.1.bias`)
  return incidence.attended(u, nodes, edges, (hidden) =>
    operators.add(graph, matMul(graph, operators.relu(graph, hidden), second), bias),
  )
}

/**
 * Hᵀ · Σ_t w_t · agg_t(H · x), weights w [edges, types] → [N, h]. Every agg_t is two layers: the first of all types is applied to
 * the students before H, the second after Hᵀ, since both commute with H; only the ReLU between is done for every edge.
 */
function typedMessages(
  context: LayerContext,
  name: string,
  { x, incidence }: BlockInputs,
  weights: ValueName,
): ValueName {
  const { graph } = context
  const list = `${name}.edge_aggregation_list.0.agg_mlp`
  const types = edgeTypes(context, name)
  const members = Array.from({ length: types }, (_, type) => type)
  const stacked = (part: string, axis: number): ValueName =>
    concatenate(
      graph,
      members.map((type) => weightOf(context, `${list}.${type}.layers.${part}`)),
      axis,
    )
  const width = tensorOf(context, `${list}.0.layers.0.weight`).shape[0]!
  const hidden = tensorOf(context, `${list}.0.layers.1.bias`).shape[0]!
  const first = incidence.toEdges(matMul(graph, x, transpose(graph, stacked('0.weight', 0))))
  const active = operators.relu(graph, operators.add(graph, first, stacked('0.bias', 0))) // [edges, types · width]
  const byType = graph.node('Reshape', [active, graph.int64([-1, types, width])])
  const weighted = graph.node('Reshape', [
    operators.multiply(graph, byType, unsqueeze(graph, weights, 2)),
    graph.int64([-1, types * width]),
  ])
  const messages = matMul(graph, incidence.toNodes(weighted), transpose(graph, stacked('1.weight', 1)))
  const biases = graph.node('Reshape', [stacked('1.bias', 0), graph.int64([types, hidden])])
  return operators.add(graph, messages, matMul(graph, incidence.toNodes(weights), biases))
}
