import type { Operators } from '../operators/operators.ts'
import type { HeadConfigOf, HeadFamily, HeadParameters, Modality } from './config.ts'
import type { ParameterTable, ParameterValue } from './parameter.ts'

/** How training starts a weight (what PyTorch's layers do). */
export type Initialisation =
  { readonly kind: 'uniform'; readonly bound: number } | { readonly kind: 'constant'; readonly value: number }

/** One entry of a head's state dict. */
export interface WeightSpec {
  readonly name: string
  readonly shape: readonly number[]
  /** `statistic` and `counter` belong to BatchNorm: saved, but not trained; old files may lack the counter. */
  readonly role: 'parameter' | 'statistic' | 'counter'
  readonly initialisation: Initialisation
}

/** What a checkpoint tells about its tensors before any value is read. */
export type TensorShapes = ReadonlyMap<string, { readonly shape: readonly number[] }>

/** What one forward of a head gets. */
export interface HeadContext<Value> {
  readonly operators: Operators<Value>
  /** The rows of a modality, [n, width]. */
  readonly input: (modality: string) => Value
  /** A weight by its name in the state dict. */
  readonly weight: (name: string) => Value
  /** Ids of the photos the rows come from, [n]; null where all rows of a forward form one graph. */
  readonly scene: Value | null
  /**
   * What a row without a peer of its own scene does in a graph head. Lectern forwards each scene on its own, so it stays
   * alone at inference; RAFNet's training batches let it take neighbours from other photos.
   */
  readonly withoutPeers: 'stay-alone' | 'use-other-scenes'
}

/** The neighbours that a graph head used for its update. */
export interface Neighbours<Value> {
  /** Rows of the neighbours, [n, k] int64, nearest first. */
  readonly index: Value
  /** Softmax of the similarities, [n, k]. */
  readonly weight: Value
  /** [n, k] of booleans: false where the row has fewer than k peers; weight is then 0, or meaningless where it has none. */
  readonly isPeer: Value
}

export interface HeadForward<Value> {
  /** [n, classes]. */
  readonly logits: Value
  /** Share of each fused modality, [n, modalities]; null for heads without a gate. */
  readonly gate: Value | null
  /** null for heads without a graph (or with graph_k 0). */
  readonly neighbours: Neighbours<Value> | null
  /** The loss that the family adds in training (gate entropy, disentangling), or null. Adds nothing to the graph until called. */
  readonly auxiliaryLoss: (() => Value) | null
}

/** One head family: its options, its weights and its mathematics. */
export interface Architecture<Family extends HeadFamily> {
  readonly parameters: ParameterTable & { readonly [Name in keyof HeadParameters[Family]]: unknown }
  /** The modalities that are projected and fused; the others only steer the graph. */
  readonly fusedModalities: (config: HeadConfigOf<Family>) => readonly Modality[]
  /** State dict in PyTorch's order. */
  readonly weights: (config: HeadConfigOf<Family>) => readonly WeightSpec[]
  /** Options that names and shapes of the weights give away, under Lectern's names. */
  readonly parametersFromWeights: (tensors: TensorShapes) => Readonly<Record<string, ParameterValue>>
  /** Why these modalities and options cannot make a head, as the end of a sentence; null where they can. */
  readonly problem: (config: HeadConfigOf<Family>) => string | null
  readonly forward: <Value>(context: HeadContext<Value>, config: HeadConfigOf<Family>) => HeadForward<Value>
}
