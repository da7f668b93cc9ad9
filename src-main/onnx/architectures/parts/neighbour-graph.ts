import type { HeadContext, Neighbours, WeightSpec } from '../architecture.ts'
import type { Modality } from '../config.ts'
import { integerParameter, nameParameter, numberParameter, rateParameter } from '../parameter.ts'
import { twoLayers, twoLayerWeights } from './layers.ts'

/** Options of every graph family and RAFNet's defaults. */
export const graphParameters = {
  /** Neighbours per student; 0 or less turns the graph off. */
  graphK: integerParameter('graph_k', 8),
  graphAlpha: numberParameter('graph_alpha', 0.5),
  graphDropout: rateParameter('graph_dropout', 0.1),
  /** The modality that holds boxes (cx, cy, w, h over the photo's size); its presence makes the graph spatial. */
  spatialModality: nameParameter('spatial_modality', 'bbox_ctx'),
  /** The modality that holds the photo's running index. */
  imageIdModality: nameParameter('image_id_modality', 'img_uid'),
} as const

interface GraphOptions {
  readonly graphK: number
  readonly graphAlpha: number
  readonly graphDropout: number
  readonly spatialModality: string
}

/** Similarity of pairs that must not be neighbours; its softmax weight underflows to exactly 0. */
const excludedSimilarity = -1e9

/** Who is whose neighbour among the rows of one forward. */
export interface NeighbourGraph<Value> {
  readonly neighbours: Neighbours<Value>
  /** [n, 1] of booleans, false for a row that stays alone; null where no row can. */
  readonly hasPeer: Value | null
}

/**
 * The similarity of every pair of rows: −distance between box centres where the head has boxes, else the cosine of
 * `features`. Distances are taken as √((xᵢ−xⱼ)² + (yᵢ−yⱼ)²); PyTorch's matrix form for more than 25 rows rounds coarser.
 */
function similarity<Value>(context: HeadContext<Value>, features: Value, boxes: Value | null): Value {
  const { operators } = context
  if (boxes === null) {
    const norm = operators.atLeast(operators.normOfRow(features), 1e-12)
    const unit = operators.divide(features, norm)
    return operators.matMul(unit, operators.transpose(unit))
  }
  const squared = [0, 1].map((axis) => {
    const centre = operators.columns(boxes, axis, axis + 1)
    const difference = operators.subtract(centre, operators.transpose(centre))
    return operators.multiply(difference, difference)
  })
  return operators.negate(operators.squareRoot(operators.add(squared[0]!, squared[1]!)))
}

/** The k nearest rows of each row of `features` [n, d], of the same scene where the context has scenes. */
function neighbourGraph<Value>(
  context: HeadContext<Value>,
  features: Value,
  boxes: Value | null,
  limit: number,
): NeighbourGraph<Value> {
  const { operators, scene } = context
  const pairs = similarity(context, features, boxes)
  const others = operators.not(operators.diagonal(pairs))
  const peers = scene === null ? others : operators.and(operators.equal(scene, operators.transpose(scene)), others)
  const hasPeer = operators.anyOfRow(peers)
  const staysAlone = context.withoutPeers === 'stay-alone'
  const eligible =
    staysAlone || scene === null ? peers : operators.or(peers, operators.and(operators.not(hasPeer), others))
  const nearest = operators.nearest(operators.where(eligible, pairs, operators.scalar(excludedSimilarity)), limit)
  return {
    neighbours: {
      index: nearest.index,
      weight: operators.softmax(nearest.similarity),
      isPeer: operators.exceeds(nearest.similarity, excludedSimilarity / 2),
    },
    hasPeer: staysAlone ? hasPeer : null,
  }
}

/** Makes graphs for one forward: a spatial one is made once and shared, a cosine one depends on the features asked for. */
export function graphMaker<Value>(
  context: HeadContext<Value>,
  modalities: readonly Modality[],
  options: GraphOptions,
): ((features: Value) => NeighbourGraph<Value>) | null {
  if (options.graphK <= 0) return null
  const { operators } = context
  const spatial = modalities.find(({ name, width }) => name === options.spatialModality && width >= 2)
  const boxes = spatial === undefined ? null : context.input(spatial.name)
  let shared: NeighbourGraph<Value> | null = null
  return (features) => {
    if (shared !== null) return shared
    const graph = operators.scope('graph', () => neighbourGraph(context, features, boxes, options.graphK))
    if (boxes !== null) shared = graph
    return graph
  }
}

/** Σ weight · neighbour's row: [n, d] → [n, d]; of no meaning for a row that stays alone. */
function mixNeighbours<Value>(context: HeadContext<Value>, graph: NeighbourGraph<Value>, features: Value): Value {
  const { index, weight } = graph.neighbours
  return context.operators.scope('graph', () => context.operators.weightedRows(features, index, weight))
}

/** `changed` [n, d], except for rows that stay alone: those keep `own`. */
function unlessAlone<Value>(
  context: HeadContext<Value>,
  graph: NeighbourGraph<Value>,
  changed: Value,
  own: Value,
): Value {
  return graph.hasPeer === null ? changed : context.operators.where(graph.hasPeer, changed, own)
}

/** What each row's neighbours give it; a row that stays alone gives itself: [n, d] → [n, d]. */
export function aggregate<Value>(context: HeadContext<Value>, graph: NeighbourGraph<Value>, features: Value): Value {
  return unlessAlone(context, graph, mixNeighbours(context, graph, features), features)
}

export const graphUpdateWeights = (width: number): WeightSpec[] => twoLayerWeights('graph_update', width, width, width)

/** features + alpha · graph_update(aggregated), all [n, d]. */
export function graphUpdate<Value>(
  context: HeadContext<Value>,
  features: Value,
  aggregated: Value,
  options: GraphOptions,
): Value {
  const { operators } = context
  const update = twoLayers(context, 'graph_update', aggregated, options.graphDropout)
  return operators.add(features, operators.multiply(update, operators.scalar(options.graphAlpha)))
}

/** The context graph of C and B+C: the update above, except that a row without peers keeps its features unchanged. */
export function contextGraph<Value>(
  context: HeadContext<Value>,
  features: Value,
  modalities: readonly Modality[],
  options: GraphOptions,
): { readonly features: Value; readonly neighbours: Neighbours<Value> | null } {
  const graph = graphMaker(context, modalities, options)?.(features)
  if (graph === undefined) return { features, neighbours: null }
  const updated = graphUpdate(context, features, mixNeighbours(context, graph, features), options)
  return { features: unlessAlone(context, graph, updated, features), neighbours: graph.neighbours }
}
