import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { StudentCard } from '#shared/contract/evaluation.ts'
import { useEdits } from '../../stores/edits.ts'
import { useProject } from '../../stores/project.ts'
import { useSession } from '../../stores/session.ts'
import { useLatest } from '../../composables/use-latest.ts'
import type { Crowd } from './crowd.ts'

const limit = 2000

export interface WallCard extends StudentCard {
  /** The class given here since the wall opened, where it differs from the one the wall was opened with. */
  readonly changedFrom: number | null
}

/**
 * The students of a crowd. The wall keeps showing whom it was opened with: a student relabelled here stays in place,
 * marked, although the figures no longer count him in this cell.
 */
export function useCropWall(crowd: Ref<Crowd>, runId: Ref<number | null>) {
  const session = useSession()
  const project = useProject()
  const edits = useEdits()
  const opened = shallowRef<readonly StudentCard[]>([])
  const given = ref(new Map<number, number>())
  const selected = ref(new Set<number>())
  const active = ref(0)
  const total = ref(0)
  let shownCrowd = ''

  const latest = useLatest(
    [crowd, runId, () => project.revisions.labels, () => project.revisions.students, () => project.revisions.runs],
    async () => {
      if (runId.value === null) return
      const { truth, predicted, sceneId, onlyWrong } = crowd.value
      const answer = await session
        .api()
        .evaluation.students({ runId: runId.value, truth, predicted, sceneId, onlyWrong, limit })
      adopt(answer, JSON.stringify([crowd.value, runId.value]))
    },
  )

  /** Another crowd replaces the wall; the same crowd with other labels keeps those that were changed here. */
  function adopt(answer: { total: number; cards: readonly StudentCard[] }, key: string): void {
    total.value = answer.total
    if (key !== shownCrowd) {
      shownCrowd = key
      opened.value = answer.cards
      given.value = new Map()
      selected.value = new Set()
      active.value = 0
      return
    }
    const fresh = new Map(answer.cards.map((card) => [card.studentId, card]))
    if (edits.saving !== 'saving') for (const id of fresh.keys()) given.value.delete(id)
    const kept = opened.value.flatMap(
      (card) => fresh.get(card.studentId) ?? (given.value.has(card.studentId) ? card : []),
    )
    const known = new Set(kept.map((card) => card.studentId))
    opened.value = [...kept, ...answer.cards.filter((card) => !known.has(card.studentId))]
    selected.value = new Set([...selected.value].filter((id) => opened.value.some((card) => card.studentId === id)))
    active.value = Math.min(active.value, Math.max(0, opened.value.length - 1))
  }

  const cards = computed<readonly WallCard[]>(() =>
    opened.value.map((card) => {
      const truth = given.value.get(card.studentId)
      return truth === undefined || truth === card.truth
        ? { ...card, changedFrom: null }
        : { ...card, truth, changedFrom: card.truth }
    }),
  )

  /** Gives all selected students this class at once, as one undo step; a single one hands the selection on to the next. */
  async function relabel(classIndex: number): Promise<void> {
    const targets = cards.value.filter((card) => selected.value.has(card.studentId))
    if (targets.length === 0) return
    const before = new Map(given.value)
    for (const card of targets) given.value.set(card.studentId, classIndex)
    if (targets.length === 1 && active.value < cards.value.length - 1) select(active.value + 1)
    const step = await edits.apply(
      targets.map((card) => ({ kind: 'label', studentId: card.studentId, classIndex, source: 'person' })),
    )
    if (!step) given.value = before
  }

  /** Selects one card, or with `extend` everything from the anchor to it. */
  function select(at: number, how: 'only' | 'toggle' | 'extend' = 'only'): void {
    const card = cards.value[at]
    if (!card) return
    if (how === 'extend') {
      const [from, to] = [Math.min(anchor, at), Math.max(anchor, at)]
      selected.value = new Set(cards.value.slice(from, to + 1).map((one) => one.studentId))
    } else if (how === 'toggle') {
      const next = new Set(selected.value)
      if (!next.delete(card.studentId)) next.add(card.studentId)
      selected.value = next
      anchor = at
    } else {
      selected.value = new Set([card.studentId])
      anchor = at
    }
    active.value = at
  }
  let anchor = 0

  function selectAll(): void {
    selected.value = new Set(cards.value.map((card) => card.studentId))
  }

  watch(crowd, () => (anchor = 0))
  return { cards, total, selected, active, relabel, select, selectAll, loading: latest.loading, error: latest.error }
}
