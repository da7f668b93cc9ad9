import { setImmediate } from 'node:timers/promises'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { ReviewItem, ReviewQueue, ReviewReason } from '#shared/contract/learning.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { listLearnt } from '#main/store/tables/learnt.ts'
import { listRuns } from '#main/store/tables/run.ts'
import { allSceneIds, sceneLabels } from '#main/store/tables/scene.ts'
import { getStudent } from '#main/store/tables/student.ts'
import type { Store } from '#main/store/store.ts'
import { createBreath } from '../exchange/breath.ts'
import { runInSteps } from '../evaluation/run-in-steps.ts'
import { knownRun } from '../models/run-info.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { readChoice } from './learning-choice.ts'
import { reviewOrder, type Candidate } from './review-order.ts'
import { readSceneSignals, type ReviewRuns } from './review-scene.ts'
import type { StudentSignals } from './review-signals.ts'
import { activeVersion } from './version-info.ts'

type Service = Handlers<LecternContract>['learning']['reviewQueue']

/** Signals that were read, scene by scene; an edit makes its scenes old, not the rest. */
interface KnownSignals {
  readonly project: OpenProject
  readonly runs: ReviewRuns
  readonly scenes: Map<number, readonly StudentSignals[]>
  /** By the reasons that were asked for; another map once something changed. */
  orders: Map<string, Order>
}

interface Order extends Pick<ReviewQueue, 'byReason' | 'byPredicted'> {
  readonly candidates: readonly Candidate[]
}

/** `learning.reviewQueue`: signals are kept between calls, so that a correction costs its own photo and a sort. */
export function createReviewQueue({ project, changes }: Pick<WorkbenchContext, 'project' | 'changes'>): Service {
  let known: KnownSignals | null = null
  let last: Promise<unknown> = Promise.resolve()
  const forget = (sceneIds: readonly number[] | null): void => {
    if (sceneIds === null) known = null
    if (known === null) return
    known.orders = new Map()
    for (const id of sceneIds ?? []) known.scenes.delete(id)
  }
  void listen(changes, forget)

  const signalsOf = async (opened: OpenProject, runs: ReviewRuns, signal: AbortSignal): Promise<KnownSignals> => {
    if (known?.project !== opened || !isSame(known.runs, runs)) {
      known = { project: opened, runs, scenes: new Map(), orders: new Map() }
    }
    const current = known
    const breathe = createBreath(signal)
    for (const sceneId of allSceneIds(opened.store)) {
      if (current.scenes.has(sceneId)) continue
      current.scenes.set(sceneId, readSceneSignals(opened.store, runs, sceneId))
      await breathe()
    }
    return current
  }

  const answer: Service = async ({ runId, reasons, predicted, offset, limit }, { signal }) => {
    // Changes that were told before this call are heard by then.
    await setImmediate()
    const opened = project.require()
    const runs = reviewRuns(opened.store, runId)
    const wanted = reasons === null ? null : new Set(reasons as ReviewReason[])
    const signals = await signalsOf(opened, runs, signal)
    const all = await orderOf(signals, null, signal)
    const byReasons = wanted === null ? all : await orderOf(signals, wanted, signal)
    const isPredicted = (candidate: Candidate): boolean => candidate.predicted === predicted
    const found = predicted === null ? byReasons.candidates : byReasons.candidates.filter(isPredicted)
    return {
      total: found.length,
      items: toItems(opened.store, found.slice(offset, offset + limit)),
      runId: runs.runId === 0 ? null : runs.runId,
      byReason: predicted === null ? all.byReason : countReasons(all.candidates.filter(isPredicted)),
      byPredicted: byReasons.byPredicted,
    }
  }
  // One after another: two calls would read the same scenes.
  return (input, context) => {
    const turn = last.then(() => answer(input, context))
    last = turn.catch(() => undefined)
    return turn
  }
}

async function listen(
  changes: WorkbenchContext['changes'],
  forget: (sceneIds: readonly number[] | null) => void,
): Promise<void> {
  for await (const { topics, sceneIds } of changes.follow(new AbortController().signal)) {
    if (topics.includes('project')) forget(null)
    else if (topics.some((topic) => ['scenes', 'students', 'labels'].includes(topic))) forget(sceneIds)
  }
}

const isSame = (one: ReviewRuns, other: ReviewRuns): boolean =>
  one.runId === other.runId && one.otherRunId === other.otherRunId && one.version?.id === other.version?.id

/** The run that was asked for, else that of the version that is shown, else the newest of the whole project. Throws AppError `runs.unknown`. */
function reviewRuns(store: Store, asked: number | null): ReviewRuns {
  const versions = listLearnt(store)
  const whole = listRuns(store).filter(({ partial }) => !partial)
  const active = activeVersion(versions, readChoice(store).pinnedId)
  const run = asked === null ? (whole.find(({ id }) => id === active?.runId) ?? whole[0]) : knownRun(store, asked)
  // Versions are one model that went on learning: that it disagrees with its past says nothing.
  const isVersion = (runId: number): boolean => versions.some((one) => one.runId === runId)
  const other = whole.find(({ id, modelId }) => run && modelId !== run.modelId && !(isVersion(id) && isVersion(run.id)))
  const version = versions.find(({ runId }) => runId === run?.id)
  return {
    runId: run?.id ?? 0,
    otherRunId: other?.id ?? 0,
    version: version ? { id: version.id, lastLabelId: version.lastLabelId } : null,
  }
}

async function orderOf(
  { scenes, orders }: KnownSignals,
  wanted: ReadonlySet<ReviewReason> | null,
  signal: AbortSignal,
): Promise<Order> {
  const key = wanted === null ? 'all' : [...wanted].sort().join()
  const before = orders.get(key)
  if (before) return before
  const list = [...scenes].map(([sceneId, students]) => ({ sceneId, students }))
  const candidates = await runInSteps(reviewOrder(list, wanted), signal)
  const order = { candidates, byReason: countReasons(candidates), byPredicted: countPredicted(candidates) }
  orders.set(key, order)
  return order
}

function countReasons(candidates: readonly Candidate[]): ReviewQueue['byReason'] {
  const counts: Partial<Record<ReviewReason, number>> = {}
  for (const { signals } of candidates) for (const { reason } of signals) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}

function countPredicted(candidates: readonly Candidate[]): ReviewQueue['byPredicted'] {
  const counts: Record<number, number> = {}
  for (const { predicted } of candidates) {
    if (predicted >= 0) counts[predicted] = (counts[predicted] ?? 0) + 1
  }
  return counts
}

function toItems(store: Store, candidates: readonly Candidate[]): ReviewItem[] {
  const names = candidates.length > 0 ? sceneLabels(store) : new Map<number, string>()
  return candidates.flatMap(({ sceneId, student, signals, priority, predicted, confidence }): ReviewItem[] => {
    const row = getStudent(store, student.studentId)
    if (!row) return []
    const { label } = student
    return [
      {
        studentId: row.id,
        sceneId,
        scene: names.get(sceneId) ?? String(sceneId),
        bboxId: row.bboxId,
        box: row.box ?? { x1: 0, y1: 0, x2: 0, y2: 0 },
        truth: label?.classIndex ?? -1,
        predicted,
        confidence,
        labelIndex: label?.classIndex ?? null,
        labelSource: label === null ? null : label.byHand ? 'person' : 'imported',
        reasons: signals.map(({ reason, value }) => ({ reason, value })),
        priority,
      },
    ]
  })
}
