import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import type { ReviewItem, ReviewQueue, ReviewReason } from '#shared/contract/learning.ts'
import type { Edit } from '#shared/domain/edit.ts'
import { useEdits } from './edits.ts'
import { useLearning } from './learning.ts'
import { useProject } from './project.ts'
import { withFresh, type Decision, type QueuedItem } from './review-trail.ts'
import { useRuns } from './runs.ts'
import { useSession } from './session.ts'

export interface ReviewFilter {
  /** Students with any of these reasons; none means all. */
  readonly reasons: readonly ReviewReason[]
  /** Class index that is predicted; null means any. */
  readonly predicted: number | null
}

const pageSize = 200
/** So many students to come are enough before the next look at the queue. */
const enoughToCome = 40
/** Edits come quickly one after another; the queue is asked for when the hand rests. */
const restMs = 500

/**
 * The queue of students that most need eyes, as somebody goes through it. New answers of the workbench never take away the student that
 * is looked at, nor the way back; they only change who comes later.
 */
export const useReview = defineStore('review', () => {
  const session = useSession()
  const project = useProject()
  const runs = useRuns()
  const learning = useLearning()
  const edits = useEdits()

  const filter = shallowRef<ReviewFilter>({ reasons: [], predicted: null })
  const items = shallowRef<readonly QueuedItem[]>([])
  const at = shallowRef(0)
  const decisions = shallowRef<ReadonlyMap<number, Decision>>(new Map())
  const undone = new Map<number, Decision>()
  const counts = shallowRef<Pick<ReviewQueue, 'total' | 'byReason' | 'byPredicted'> | null>(null)
  const answered = shallowRef<ReadonlySet<number>>(new Set())
  const error = shallowRef<AppError | null>(null)
  const loading = shallowRef(false)

  const current = computed(() => items.value[at.value] ?? null)
  const upcoming = computed(() => items.value.slice(at.value + 1).filter((one) => !isDecided(one.studentId)))
  const lookedAt = computed(() => decisions.value.size)
  const skipped = computed(() => [...decisions.value.values()].filter((one) => one.kind === 'skip').length)
  /** Students of the queue that nobody decided on yet. */
  const toGo = computed(() => {
    const known = [...answered.value].filter(isDecided).length
    return Math.max(0, (counts.value?.total ?? 0) - known)
  })
  /** The learnt head's predictions are what the queue is about; without one, those that are looked at. */
  const runId = computed(() => learning.active?.runId ?? runs.runA?.id ?? null)

  function isDecided(studentId: number): boolean {
    return decisions.value.has(studentId)
  }

  let turn = 0
  async function load(): Promise<void> {
    if (!project.summary) return
    const mine = ++turn
    loading.value = true
    try {
      const fresh = await ask(() => mine === turn)
      if (mine !== turn) return
      items.value = withFresh(items.value, at.value, fresh, isDecided)
      error.value = null
    } catch (thrown) {
      if (mine === turn) error.value = toAppError(thrown)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  /** Pages of the queue until there are enough students that nobody decided on. */
  async function ask(isWanted: () => boolean): Promise<readonly QueuedItem[]> {
    const { reasons, predicted } = filter.value
    const fresh: QueuedItem[] = []
    const seen = new Set<number>()
    for (let offset = 0; isWanted(); offset += pageSize) {
      const page = await session.api().learning.reviewQueue({
        runId: runId.value,
        reasons: reasons.length > 0 ? [...reasons] : null,
        predicted,
        offset,
        limit: pageSize,
      })
      if (!isWanted()) break
      counts.value = page
      for (const item of page.items) seen.add(item.studentId)
      fresh.push(...page.items.filter((one) => !isDecided(one.studentId)).map(withRun(page.runId)))
      if (fresh.length >= enoughToCome || offset + page.items.length >= page.total || page.items.length === 0) break
    }
    if (isWanted()) answered.value = seen
    return fresh
  }

  const withRun = (shownRunId: number | null) => (item: ReviewItem) => ({ ...item, runId: shownRunId })

  function mark(studentIds: readonly number[], decision: Decision | null): void {
    const next = new Map(decisions.value)
    for (const id of studentIds) {
      if (decision) next.set(id, decision)
      else next.delete(id)
    }
    decisions.value = next
  }

  /** On to the next student that nobody decided on. */
  function step(): void {
    const next = items.value.findIndex((one, place) => place > at.value && !isDecided(one.studentId))
    at.value = next < 0 ? items.value.length : next
    if (upcoming.value.length < enoughToCome / 2 && toGo.value > upcoming.value.length + 1) void load()
  }

  /** Shows the decision at once and writes it as one undo step; a failed write takes it back, and the edits store says why. */
  async function decide(targets: readonly QueuedItem[], decisionOf: (item: QueuedItem) => Decision): Promise<void> {
    const before = decisions.value
    const changes: Edit[] = []
    const standing = targets.filter((item) => before.get(item.studentId)?.kind !== 'delete')
    for (const item of standing) {
      const decision = decisionOf(item)
      mark([item.studentId], decision)
      if (decision.kind === 'delete') changes.push({ kind: 'delete', studentId: item.studentId })
      else if (decision.kind === 'label') {
        const { classIndex, source } = decision
        changes.push({ kind: 'label', studentId: item.studentId, classIndex, source })
      }
    }
    if (changes.length === 0 || (await edits.apply(changes))) return
    for (const { studentId } of standing) mark([studentId], before.get(studentId) ?? null)
  }

  function decideCurrent(decision: Decision): void {
    const item = current.value
    if (!item) return
    void decide([item], () => decision)
    step()
  }

  /** Leaves the student as it is; one that was decided on already keeps that. */
  function skip(): void {
    const item = current.value
    if (!item) return
    if (!isDecided(item.studentId)) return decideCurrent({ kind: 'skip' })
    at.value += 1
  }

  function back(): void {
    at.value = Math.max(0, at.value - 1)
  }

  function goTo(studentId: number): boolean {
    const place = items.value.findIndex((one) => one.studentId === studentId)
    if (place >= 0) at.value = place
    return place >= 0
  }

  /** Those who were skipped come again, from the start. */
  function lookAgain(): void {
    decisions.value = new Map([...decisions.value].filter(([, one]) => one.kind !== 'skip'))
    restart()
  }

  function restart(): void {
    items.value = []
    at.value = 0
    void load()
  }

  function choose(change: Partial<ReviewFilter>): void {
    filter.value = { ...filter.value, ...change }
    restart()
  }

  /** An undone step brings its student back, a redone one shows it with its decision. */
  watch(
    () => edits.lastEvent,
    (event) => {
      if (!event || event.how === 'apply') return
      const { studentIds } = event.step
      for (const id of studentIds) {
        const decision = decisions.value.get(id)
        if (event.how === 'undo' && decision) {
          undone.set(id, decision)
          mark([id], null)
        } else if (event.how === 'redo' && undone.has(id)) mark([id], undone.get(id) ?? null)
      }
      const first = studentIds.find((id) => items.value.some((one) => one.studentId === id))
      if (first !== undefined) goTo(first)
    },
  )

  let waiting: ReturnType<typeof setTimeout> | undefined
  let watched = 0
  watch(
    () => [
      runId.value,
      ...(['labels', 'students', 'runs', 'models'] as const).map((topic) => project.revisions[topic]),
    ],
    () => {
      clearTimeout(waiting)
      if (watched > 0) waiting = setTimeout(() => void load(), restMs)
    },
  )
  watch(
    () => project.summary?.folder,
    () => {
      clearTimeout(waiting)
      turn += 1
      items.value = []
      at.value = 0
      decisions.value = new Map()
      undone.clear()
      counts.value = null
      answered.value = new Set()
      error.value = null
      filter.value = { reasons: [], predicted: null }
    },
    { flush: 'sync' },
  )

  /** The queue follows the project while somebody looks at it; answers the function that ends that. */
  function open(): () => void {
    watched += 1
    void load()
    return () => void (watched -= 1)
  }

  return {
    filter,
    items,
    at,
    current,
    upcoming,
    decisions,
    counts,
    lookedAt,
    skipped,
    toGo,
    runId,
    error,
    loading,
    load,
    open,
    decide,
    decideCurrent,
    skip,
    back,
    goTo,
    lookAgain,
    choose,
  }
})
