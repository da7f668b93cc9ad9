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

/** Similarity of pairs that must not be neighbours, squared distances included; its softmax weight underflows to exactly 0. */
const excludedSimilarity = -1e30

/** Who is whose neighbour among the rows of one forward. */
export interface NeighbourGraph<Value> {
  readonly neighbours: Neighbours<Value>
  /** [n, 1] of booleans, false for a row that stays alone; null where no row can. */
  readonly hasPeer: Value | null
}

/**
 * The similarity of every pair of rows: −distance² between box centres where the head has boxes, else the cosine of
 * `features`. Distances are taken as (xᵢ−xⱼ)² + (yᵢ−yⱼ)²; PyTorch's matrix form for more than 25 rows rounds coarser.
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
  return operators.negate(operators.add(squared[0]!, squared[1]!))
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
  const staysAlone = context.withoutPeers === 'stay-alone'
  const eligible =
    staysAlone || scene === null
      ? peers
      : operators.or(peers, operators.and(operators.not(operators.anyOfRow(peers)), others))
  const nearest = operators.nearest(operators.where(eligible, pairs, operators.scalar(excludedSimilarity)), limit)
  // The root of the few that were chosen: they are the same ones.
  const distances = (): Value => operators.negate(operators.squareRoot(operators.negate(nearest.similarity)))
  const weight = operators.softmax(boxes === null ? nearest.similarity : distances())
  const isPeer = operators.exceeds(nearest.similarity, excludedSimilarity / 2)
  const { index } = nearest
  return staysAlone
    ? {
        neighbours: { index, weight: operators.where(isPeer, weight, operators.scalar(0)), isPeer },
        hasPeer: operators.columns(isPeer, 0, 1),
      }
    : { neighbours: { index, weight, isPeer }, hasPeer: null }
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

/** Σ weight · neighbour's row: [n, d] → [n, d]; 0 for a row that stays alone. */
function mixNeighbours<Value>(context: HeadContext<Value>, graph: NeighbourGraph<Value>, features: Value): Value {
  const { index, weight } = graph.neighbours
  return context.operators.scope('graph', () => context.operators.weightedRows(features, index, weight))
}

/** What each row's neighbours give it; a row that stays alone gives itself: [n, d] → [n, d]. */
export function aggregate<Value>(context: HeadContext<Value>, graph: NeighbourGraph<Value>, features: Value): Value {
  const mixed = mixNeighbours(context, graph, features)
  return graph.hasPeer === null ? mixed : context.operators.where(graph.hasPeer, mixed, features)
}

export const graphUpdateWeights = (width: number): WeightSpec[] => twoLayerWeights('graph_update', width, width, width)

/** features + graph_update(aggregated) · alpha, all [n, d]; alpha is a scalar or [n, 1]. */
function addUpdate<Value>(
  context: HeadContext<Value>,
  features: Value,
  aggregated: Value,
  alpha: Value,
  { graphDropout }: GraphOptions,
): Value {
  const { operators } = context
  const update = twoLayers(context, 'graph_update', aggregated, graphDropout)
  return operators.add(features, operators.multiply(update, alpha))
}

/** features + graph_alpha · graph_update(aggregated), all [n, d]. */
export const graphUpdate = <Value>(
  context: HeadContext<Value>,
  features: Value,
  aggregated: Value,
  options: GraphOptions,
): Value => addUpdate(context, features, aggregated, context.operators.scalar(options.graphAlpha), options)

/** The context graph of C and B+C: the update above, except that a row without peers keeps its features unchanged. */
export function contextGraph<Value>(
  context: HeadContext<Value>,
  features: Value,
  modalities: readonly Modality[],
  options: GraphOptions,
): { readonly features: Value; readonly neighbours: Neighbours<Value> | null } {
  const graph = graphMaker(context, modalities, options)?.(features)
  if (graph === undefined) return { features, neighbours: null }
  const { operators } = context
  const alpha = operators.scalar(options.graphAlpha)
  const own = graph.hasPeer === null ? alpha : operators.where(graph.hasPeer, alpha, operators.scalar(0))
  const mixed = mixNeighbours(context, graph, features)
  return { features: addUpdate(context, features, mixed, own, options), neighbours: graph.neighbours }
}
