import { AppError } from '#shared/contract/app-error.ts'
import type { TensorShapes } from './architectures/architecture.ts'
import type { HeadFamily, Modality } from './architectures/config.ts'
import type { ParameterTable } from './architectures/parameter.ts'
import { architectureOf } from './architectures/registry.ts'
import { resolve } from './head-config.ts'
import type { KnownValue, ResolvedHead } from './head-config.ts'

export interface InferenceClues {
  /** The checkpoint, for error sentences. */
  readonly file: string
  /** Whether the students have boxes: a graph head is then taken to have had `bbox_ctx` and `img_uid` among its inputs. */
  readonly hasBoxes: boolean
  /** The features at hand, from which a cross-attention head's modalities are told by their widths. */
  readonly modalities?: readonly Modality[]
}

/**
 * A head's configuration from its weights alone: family, widths and modality order from parameter names, shapes and the
 * order of the file. What weights cannot tell (graph_k, graph_alpha, gate_temperature, num_heads, whether boxes were
 * inputs, which modalities a cross-attention head had) takes the documented defaults and is listed as such.
 *
 * @throws AppError head.family-unknown, head.weight-missing, head.config-impossible
 */
export function inferHeadConfig(tensors: TensorShapes, clues: InferenceClues): ResolvedHead {
  const family = familyFromWeights(tensors)
  if (family === null) {
    const names = [...tensors.keys()].slice(0, 5)
    throw new AppError(
      'head.family-unknown',
      `${clues.file} is not a head that Lectern knows: it holds ${names.length === 0 ? 'no weights' : names.join(', ')}. Choose a best_model.pth that RAFNet or Lectern trained.`,
      { file: clues.file, parameters: names },
    )
  }
  const { fused, guessed } = modalitiesFromWeights(family, tensors, clues)
  const extras = pseudoModalities(family, fused, clues.hasBoxes)
  const resolved = resolve({
    family,
    classes: { value: classesFromWeights(family, tensors, clues.file), origin: 'checkpoint' },
    modalities: [...fused, ...extras],
    modalitiesOrigin: 'checkpoint',
    given: givenParameters(family, tensors, fused),
    source: clues,
  })
  return {
    config: resolved.config,
    assumptions: [
      ...resolved.assumptions.map((assumption) =>
        guessed && assumption.parameter === 'modalities' ? { ...assumption, origin: 'default' as const } : assumption,
      ),
      ...graphInputs(family, resolved.config.modalities),
    ],
  }
}

/** The family that a state dict belongs to by its parameter names; null where it is none. */
export function familyFromWeights(tensors: TensorShapes): HeadFamily | null {
  if (tensors.has('attn_a_to_b.in_proj_weight')) return 'cross_attention_fusion_classifier'
  if (tensors.has('context_token_head.0.weight')) return 'class_conditioned_spatial_gated_fusion_classifier'
  const graph = tensors.has('graph_update.0.weight')
  if (tensors.has('relation_private_head.weight')) {
    return graph ? 'disentangled_spatial_graph_fusion_classifier' : 'disentangled_gated_fusion_classifier'
  }
  if (graph) return 'context_graph_fusion_classifier'
  if (tensors.has('gate_fc1.weight')) return 'gated_fusion_classifier'
  return tensors.has('fusion.4.weight') ? 'multimodal_classifier' : null
}

/** Modalities with their own LayerNorm, in the file's order. */
export function fusedModalitiesFromWeights(tensors: TensorShapes): readonly Modality[] {
  return [...tensors].flatMap(([parameter, { shape }]) => {
    const name = /^norms\.([^.]+)\.weight$/.exec(parameter)?.[1]
    return name === undefined ? [] : [{ name, width: shape[0] ?? 0 }]
  })
}

function modalitiesFromWeights(
  family: HeadFamily,
  tensors: TensorShapes,
  clues: InferenceClues,
): { readonly fused: readonly Modality[]; readonly guessed: boolean } {
  if (family === 'cross_attention_fusion_classifier') {
    return { fused: crossAttentionModalities(tensors, clues.modalities ?? usualModalities), guessed: true }
  }
  const fused = fusedModalitiesFromWeights(tensors)
  if (fused.length > 0) return { fused, guessed: false }
  throw missing('norms.<modality>.weight', family, clues.file)
}

/** RAFNet's feature extractors. */
const usualModalities: readonly Modality[] = [
  { name: 'grouprec', width: 1024 },
  { name: 'convnext', width: 1024 },
  { name: 'resnet', width: 2048 },
  { name: 'vit', width: 768 },
  { name: 'grouprec_3d', width: 78 },
]

/**
 * The two modalities of a cross-attention head, whose weights call them a and b: those at hand that have the right widths,
 * grouprec first and convnext second where several have.
 */
function crossAttentionModalities(tensors: TensorShapes, known: readonly Modality[]): readonly Modality[] {
  const choose = (width: number, preferred: string, taken: string | null): Modality => {
    const fitting = known.filter((modality) => modality.width === width && modality.name !== taken)
    return fitting.find(({ name }) => name === preferred) ?? fitting[0] ?? { name: preferred, width }
  }
  const a = choose(tensors.get('norm_a.weight')?.shape[0] ?? 0, 'grouprec', null)
  const widthB = tensors.get('norm_b.weight')?.shape[0] ?? 0
  return [a, choose(widthB, a.name === 'convnext' ? 'grouprec' : 'convnext', a.name)]
}

const hasGraph = (family: HeadFamily): boolean => 'graphK' in architectureOf(family).parameters

/** Boxes and photo index, which a graph head had among its inputs without having weights for them. */
function pseudoModalities(family: HeadFamily, fused: readonly Modality[], hasBoxes: boolean): readonly Modality[] {
  if (!hasGraph(family) || !hasBoxes) return []
  return [
    { name: 'bbox_ctx', width: 4 },
    { name: 'img_uid', width: 1 },
  ].filter(({ name }) => fused.every((modality) => modality.name !== name))
}

function graphInputs(family: HeadFamily, modalities: readonly Modality[]): ResolvedHead['assumptions'] {
  if (!hasGraph(family)) return []
  return ['bbox_ctx', 'img_uid'].map((name) => ({
    parameter: name,
    value: modalities.some((modality) => modality.name === name),
    origin: 'default' as const,
    trainingOnly: false,
  }))
}

function classesFromWeights(family: HeadFamily, tensors: TensorShapes, file: string): number {
  const name = family === 'multimodal_classifier' ? 'fusion.4.weight' : 'classifier.4.weight'
  const classes = tensors.get(name)?.shape[0]
  if (classes === undefined) throw missing(name, family, file)
  return classes
}

function missing(parameter: string, family: HeadFamily, file: string): AppError {
  return new AppError(
    'head.weight-missing',
    `${file} looks like a ${family} but lacks ${parameter}. Use another copy of the checkpoint.`,
    { file, family, parameter },
  )
}

function givenParameters(
  family: HeadFamily,
  tensors: TensorShapes,
  fused: readonly Modality[],
): ReadonlyMap<string, KnownValue> {
  const { parameters, parametersFromWeights } = architectureOf(family)
  const table: ParameterTable = parameters
  const given = new Map<string, KnownValue>()
  for (const [name, value] of Object.entries(parametersFromWeights(tensors)))
    given.set(name, { value, origin: 'checkpoint' })
  if ('relationModality' in table) {
    const names = fused.map(({ name }) => name)
    const relation =
      names.find((name) => name === 'grouprec') ?? names.find((name) => name.startsWith('grouprec')) ?? names[0]!
    const others = names.filter((name) => name !== relation)
    const appearance = others.find((name) => name === 'convnext') ?? others.at(-1) ?? relation
    given.set('relationModality', { value: relation, origin: 'default' })
    given.set('appearanceModality', { value: appearance, origin: 'default' })
  }
  return given
}
