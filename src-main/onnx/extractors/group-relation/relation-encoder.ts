import { integer } from '../../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../../graph-builder.ts'
import type { LayerContext } from '../../layers/layer-context.ts'
import { divide, maximum, multiply } from '../../operators/elementwise.ts'
import { matMul, transpose } from '../../operators/linear.ts'
import { equal } from '../../operators/logic.ts'
import { normOfRow } from '../../operators/reduction.ts'
import { cast, concatenate, range, sizeOf, squeeze, unsqueeze } from '../../operators/shape.ts'
import { denseIncidence, pairIncidence } from './incidence.ts'
import { edgeTypes, relationBlock } from './relation-block.ts'

/** A block of the encoder: its name in the checkpoint, and how many students one of its edges joins. */
export interface RelationBlock {
  /** Names the block's noise. */
  readonly block: string
  readonly weights: string
  /** null for pairs. */
  readonly nearest: number | null
}

/** In the order of the vector's quarters after the first. The scales stand in GroupRec's code, not in its weights. */
export const relationBlocks: readonly RelationBlock[] = [
  { block: 'pairwise', weights: 'past_encoder.interaction', nearest: null },
  { block: 'hyper3', weights: 'past_encoder.interaction_hyper', nearest: 3 },
  { block: 'hyper5', weights: 'past_encoder.interaction_hyper2', nearest: 5 },
]

/** Rows that a scene is padded to at least: the largest scale, so that every row has as many neighbours. */
export const fewestRows = 5

/** torch.nn.functional.normalize's bound. */
const smallestNorm = 1e-12

/**
 * A scene's relation vectors: [x, pair(x), hyper₃(x), hyper₅(x)], [N, 4h].
 *
 * @param x projected students, 0 in padded rows, [N, h], N at least `fewestRows`
 * @param valid 1 for a student and 0 for a padded row, [N, 1]
 */
export function relationEncoder(context: LayerContext, x: ValueName, valid: ValueName): ValueName {
  const { graph } = context
  const rows = squeeze(graph, cast(graph, sizeOf(graph, x, 0), 'float32'), 0)
  const cosine = cosines(graph, x)
  const parts = relationBlocks.map(({ block, weights, nearest }) => {
    const edges = nearest === null ? 'edges' : 'rows'
    const noise = graph.input(`noise_${block}`, 'float32', [edges, edgeTypes(context, weights)])
    const incidence =
      nearest === null
        ? pairIncidence(graph, valid)
        : denseIncidence(graph, multiply(graph, nearestMarks(graph, cosine, nearest), bothValid(graph, valid)))
    return relationBlock(context, weights, { x, incidence, noise, rows })
  })
  return concatenate(graph, [x, ...parts], 1)
}

/** Cosine of every two rows; rows of zeros have 0 with all. */
function cosines(graph: GraphBuilder, x: ValueName): ValueName {
  const unit = divide(graph, x, maximum(graph, normOfRow(graph, x), graph.float32(smallestNorm)))
  return matMul(graph, unit, transpose(graph, unit))
}

/** M = valid · validᵀ. */
const bothValid = (graph: GraphBuilder, valid: ValueName): ValueName => matMul(graph, valid, transpose(graph, valid))

/** 1 at each row's `count` largest, 0 elsewhere; of equal values TopK takes those of lower index. */
function nearestMarks(graph: GraphBuilder, similarity: ValueName, count: number): ValueName {
  const attributes = { axis: integer(1), largest: integer(1), sorted: integer(1) }
  const [, index] = graph.nodes('TopK', [similarity, graph.int64([count])], attributes, 2)
  const columns = range(graph, sizeOf(graph, similarity, 0)) // [N]
  const hits = cast(graph, equal(graph, unsqueeze(graph, index!, 2), columns), 'float32') // [N, count, N]
  return graph.node('ReduceSum', [hits, graph.int64([1])], { keepdims: integer(0) })
}
