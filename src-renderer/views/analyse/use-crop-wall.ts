import { computed, ref, shallowRef, type Ref } from 'vue'
import type { StudentCard } from '#shared/contract/evaluation.ts'
import { useCropSelection } from '../../components/crops/use-crop-selection.ts'
import type { WallCard } from '../../components/crops/wall-card.ts'
import { useEdits } from '../../stores/edits.ts'
import { useProject } from '../../stores/project.ts'
import { useSession } from '../../stores/session.ts'
import { useLatest } from '../../composables/use-latest.ts'
import type { Crowd } from './crowd.ts'

const limit = 2000

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
      selection.reset()
      return
    }
    const fresh = new Map(answer.cards.map((card) => [card.studentId, card]))
    if (edits.saving !== 'saving') for (const id of fresh.keys()) given.value.delete(id)
    const kept = opened.value.flatMap(
      (card) => fresh.get(card.studentId) ?? (given.value.has(card.studentId) ? card : []),
    )
    const known = new Set(kept.map((card) => card.studentId))
    opened.value = [...kept, ...answer.cards.filter((card) => !known.has(card.studentId))]
    selection.prune()
  }

  const cards = computed<readonly WallCard[]>(() =>
    opened.value.map((card) => {
      const truth = given.value.get(card.studentId)
      return truth === undefined || truth === card.truth
        ? { ...card, changedFrom: null }
        : { ...card, truth, changedFrom: card.truth }
    }),
  )

  const selection = useCropSelection(cards)
  const { selected, active, select } = selection

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

  return { cards, total, selection, relabel, loading: latest.loading, error: latest.error }
}
