import type { WantedWeights, WeightsInfo } from '#shared/contract/extraction.ts'
import type { ModelInfo } from '#shared/contract/models.ts'
import type { ProjectSummary } from '#shared/contract/project.ts'

export type ChainState =
  /** It is there for every student. */
  | 'done'
  | 'will-run'
  /** A file is missing, changed, or does not fit the head. */
  | 'missing'
  /** Nobody asked for it. */
  | 'left-out'

export interface ChainStep {
  readonly key: 'photos' | 'boxes' | 'appearance' | 'relation' | 'predictions' | 'pickle'
  readonly state: ChainState
  /** Vectors: under which name, and how wide the head wants them. */
  readonly modality: string | null
  readonly width: number | null
  /** What makes it, where it runs. */
  readonly weights: WeightsInfo | null
  /** The file to get, where one of RAFNet's own is missing. */
  readonly wanted: WantedWeights | null
}

export interface ChainInput {
  readonly summary: Pick<ProjectSummary, 'scenes' | 'students' | 'modalities'>
  readonly weights: readonly WeightsInfo[]
  readonly wanted: readonly WantedWeights[]
  readonly detector: WeightsInfo | null
  /** Ids that somebody chose; null takes the weights that fill the role. */
  readonly appearance: string | null
  readonly relation: string | null
  readonly head: ModelInfo | null
  readonly writesPickle: boolean
}

const plain = { modality: null, width: null, weights: null, wanted: null }

/** Vectors that the head takes; without a head those of RAFNet's own extractor. */
function neededVectors(head: ModelInfo | null) {
  const features = head?.modalities.filter(({ role }) => role === 'feature')
  const needed = features ?? [
    { name: 'convnext', width: null },
    { name: 'grouprec', width: null },
  ]
  return needed
    .map(({ name, width }) => ({
      name,
      width,
      role: name.startsWith('grouprec') ? ('relation' as const) : ('appearance' as const),
    }))
    .sort((one, other) => one.role.localeCompare(other.role))
}

/** The way from photos to predictions, each step with what would become of it if it were started now. */
export function chainSteps(input: ChainInput): readonly ChainStep[] {
  const { summary, detector, head, writesPickle } = input
  const hasStudents = summary.students > 0
  const finds = detector !== null && detector.problem === null
  return [
    { key: 'photos', state: summary.scenes > 0 ? 'done' : 'missing', ...plain },
    { key: 'boxes', state: hasStudents ? 'done' : finds ? 'will-run' : 'missing', ...plain, weights: detector },
    ...neededVectors(head).map((one) => vectorStep(input, one)),
    { key: 'predictions', state: head ? 'will-run' : 'left-out', ...plain },
    { key: 'pickle', state: writesPickle ? 'will-run' : 'left-out', ...plain },
  ]
}

type Needed = ReturnType<typeof neededVectors>[number]

/** RAFNet's own networks, by the names of their vectors. */
const rafnetsOwn: readonly string[] = ['convnext', 'grouprec']

function vectorStep({ summary, weights, wanted, ...chosen }: ChainInput, { name, width, role }: Needed): ChainStep {
  const file = (rafnetsOwn.includes(name) && wanted.find((one) => one.role === role)) || null
  const byId = (id: string | null | undefined) => weights.find((one) => one.id === id)
  const isFit = (one: WeightsInfo | undefined): boolean =>
    one !== undefined && one.problem === null && (width === null || one.width === width)
  const madeWith = summary.modalities.find((one) => one.name === name && one.students > 0)?.madeWith
  const usual = weights.find((one) => one.builtIn && one.modality === name) ?? byId(file?.weightsId)
  const candidates = [
    byId(chosen[role]),
    // Vectors of one name come from one network: those that made some of them make the rest.
    ...weights.filter((one) => one.sha256 === madeWith?.weightsSha256 && one.kind === role && isFit(one)),
    isFit(usual) ? usual : undefined,
    // A head of other widths than RAFNet's was trained on other weights, which may be here.
    ...weights.filter((one) => width !== null && one.modality === name && isFit(one)),
    usual,
  ]
  const maker = candidates.find((one) => one !== undefined) ?? null
  const modality = chosen.head === null ? (maker?.modality ?? name) : name
  const known = summary.modalities.find((one) => one.name === modality)
  const step = { key: role, modality, width, weights: maker, wanted: null }
  if (summary.students > 0 && known?.students === summary.students) return { ...step, state: 'done' }
  return isFit(maker ?? undefined) ? { ...step, state: 'will-run' } : { ...step, state: 'missing', wanted: file }
}
