import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { AppError } from '#shared/contract/app-error.ts'
import { toAppError } from '#shared/contract/app-error.ts'
import type { SceneDetail, SceneStudent } from '#shared/contract/scenes.ts'
import type { Edit } from '#shared/domain/edit.ts'
import { useEdits } from './edits.ts'
import { withPending, withRealIds, type PendingEdit } from './pending-edits.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useSession } from './session.ts'
import { useSettings } from './settings.ts'

const keptScenes = 12

/**
 * The scene on the canvas: its students as the workbench knows them, with edits that are still on their way already applied, and the
 * selection. Neighbouring scenes wait in a cache, so that the next one is there at once.
 */
export const useLabelScene = defineStore('label-scene', () => {
  const session = useSession()
  const project = useProject()
  const runs = useRuns()
  const edits = useEdits()
  const settings = useSettings()

  const sceneId = ref<number | null>(null)
  const known = shallowRef<SceneDetail | null>(null)
  const pending = shallowRef<readonly PendingEdit[]>([])
  const wanted = shallowRef<readonly number[]>([])
  const error = shallowRef<AppError | null>(null)
  const cache = new Map<number, SceneDetail>()
  const loads = new Map<number, Promise<SceneDetail>>()
  const versions = new Map<number, number>()
  const realIds = new Map<number, number>()
  const naming = new Map<number, Promise<unknown>>()
  let loadsBegun = 0
  let lastToken = 0

  /** Scenes that a model was run on alone: that run is shown there instead of run A, until another run A is chosen. */
  const ownRuns = shallowRef<ReadonlyMap<number, number>>(new Map())
  const ownRun = computed(() => {
    const id = sceneId.value === null ? undefined : ownRuns.value.get(sceneId.value)
    return runs.runs.find((run) => run.id === id) ?? null
  })
  const run = computed(() => ownRun.value ?? runs.runA)
  const runIdsOf = (id: number) => [
    ...new Set([ownRuns.value.get(id), runs.runA?.id, runs.runB?.id].filter((one) => one !== undefined)),
  ]
  const detail = computed(() => (known.value ? withPending(known.value, pending.value) : null))
  const scene = computed(() => detail.value?.scene ?? null)
  const students = computed<readonly SceneStudent[]>(() => detail.value?.students ?? [])
  const byId = computed(() => new Map(students.value.map((student) => [student.id, student])))
  const selection = computed(() => wanted.value.map(realId).filter((id) => byId.value.has(id)))
  const selected = computed(() => selection.value.flatMap((id) => byId.value.get(id) ?? []))
  const primary = computed(() => selected.value.at(-1) ?? null)

  function realId(id: number): number {
    return realIds.get(id) ?? id
  }

  /** Shows a scene. A cached one is there before this returns; nobody stays selected. */
  function open(id: number, studentIds: readonly number[] = []): Promise<void> {
    if (id !== sceneId.value) {
      sceneId.value = id
      error.value = null
      known.value = cache.get(id) ?? null
    }
    wanted.value = studentIds
    return cache.has(id) ? Promise.resolve() : show(id)
  }

  async function show(id: number): Promise<void> {
    try {
      const loaded = await load(id)
      if (sceneId.value !== id) return
      known.value = loaded
      error.value = null
    } catch (thrown) {
      if (sceneId.value === id) error.value = toAppError(thrown)
    }
  }

  /** One load a scene at a time; what changed while it was under way is loaded again. */
  function load(id: number): Promise<SceneDetail> {
    const running = loads.get(id)
    if (running) return running
    const started = ask(id).finally(() => loads.delete(id))
    loads.set(id, started)
    return started
  }

  async function ask(id: number): Promise<SceneDetail> {
    for (;;) {
      const version = versions.get(id) ?? 0
      const begun = ++loadsBegun
      const loaded = await session.api().scenes.get({ sceneId: id, runIds: runIdsOf(id) })
      if ((versions.get(id) ?? 0) !== version) continue
      pending.value = pending.value.filter(
        (one) => one.sceneId !== id || one.writtenAt === null || one.writtenAt >= begun,
      )
      keep(id, loaded)
      return loaded
    }
  }

  function keep(id: number, loaded: SceneDetail): void {
    cache.delete(id)
    cache.set(id, loaded)
    for (const oldest of cache.keys()) {
      if (cache.size <= keptScenes) break
      if (oldest !== sceneId.value) cache.delete(oldest)
    }
  }

  /** Loads scenes that may be wanted next; what fails here is told when it is opened. */
  function preload(ids: readonly number[]): void {
    for (const id of ids) if (!cache.has(id)) void load(id).catch(() => undefined)
  }

  /** Something in these scenes (null: in any) changed in the workbench. */
  function forget(sceneIds: readonly number[] | null): void {
    const stale = sceneIds ?? [
      ...new Set([...cache.keys(), ...loads.keys(), ...(sceneId.value ? [sceneId.value] : [])]),
    ]
    for (const id of stale) {
      versions.set(id, (versions.get(id) ?? 0) + 1)
      cache.delete(id)
    }
    if (sceneId.value !== null && stale.includes(sceneId.value)) void show(sceneId.value)
  }

  function select(ids: readonly number[], how: 'set' | 'toggle' | 'add' = 'set'): void {
    const now = selection.value
    if (how === 'set') wanted.value = ids
    else if (how === 'add') wanted.value = [...now, ...ids.filter((id) => !now.includes(id))]
    else wanted.value = [...now.filter((id) => !ids.includes(id)), ...ids.filter((id) => !now.includes(id))]
  }

  /** Shows this run on its scene, null for run A again. */
  function showRun(id: number, runId: number | null): void {
    const next = new Map(ownRuns.value)
    if (runId === null) next.delete(id)
    else next.set(id, runId)
    ownRuns.value = next
    forget([id])
  }

  /** Shows the edits at once and writes them as one undo step. A failed write takes them back; the reason is told by the edits store. */
  async function write(changes: readonly Edit[]): Promise<boolean> {
    const id = sceneId.value
    if (id === null || changes.length === 0) return false
    const token = ++lastToken
    const drawnIds = changes.filter((edit) => edit.kind === 'draw').map((_, at) => -(token * 1000 + at + 1))
    const one: PendingEdit = {
      token,
      sceneId: id,
      edits: changes,
      drawnIds,
      annotator: settings.settings.annotator,
      at: new Date().toISOString(),
      writtenAt: null,
    }
    pending.value = [...pending.value, one]
    const writing = send(one)
    for (const drawn of drawnIds) naming.set(drawn, writing)
    if (drawnIds.length > 0) wanted.value = drawnIds
    return writing
  }

  async function send(one: PendingEdit): Promise<boolean> {
    // A student that was drawn a moment ago has no id of its own yet.
    const unnamed = one.edits.flatMap((edit) => ('studentId' in edit ? (naming.get(edit.studentId) ?? []) : []))
    if (unnamed.length > 0) await Promise.all(unnamed)
    const real = withRealIds(one.edits, realId)
    const isNameless = real.some((edit) => 'studentId' in edit && edit.studentId < 0)
    const step = isNameless ? null : await edits.apply(real)
    if (!step) {
      pending.value = pending.value.filter(({ token }) => token !== one.token)
      forget([one.sceneId])
      return false
    }
    if (one.drawnIds.length > 0) nameDrawn(one, step.studentIds)
    pending.value = pending.value.map((other) =>
      other.token === one.token
        ? { ...other, edits: real, drawnIds: other.drawnIds.map(realId), writtenAt: loadsBegun }
        : other,
    )
    forget([one.sceneId])
    return true
  }

  function nameDrawn({ drawnIds }: PendingEdit, studentIds: readonly number[]): void {
    for (const [at, id] of drawnIds.entries()) {
      const named = studentIds.at(at - drawnIds.length)
      if (named !== undefined) realIds.set(id, named)
      naming.delete(id)
    }
    pending.value = pending.value.map((other) => ({ ...other, edits: withRealIds(other.edits, realId) }))
    wanted.value = wanted.value.map(realId)
  }

  watch(
    () => project.lastChange,
    (change) => {
      if (change?.topics.some((topic) => topic !== 'models')) forget(change.sceneIds)
    },
  )
  watch(
    () => [runs.runA?.id, runs.runB?.id].join(','),
    () => forget(null),
  )
  watch(
    () => runs.runA?.id,
    () => (ownRuns.value = new Map()),
    { flush: 'sync' },
  )
  watch(
    () => project.summary?.folder,
    () => {
      cache.clear()
      versions.clear()
      realIds.clear()
      ownRuns.value = new Map()
      pending.value = []
      wanted.value = []
      known.value = null
      sceneId.value = null
      error.value = null
    },
    { flush: 'sync' },
  )

  return {
    sceneId,
    scene,
    students,
    byId,
    selection,
    selected,
    primary,
    error,
    pending,
    run,
    ownRun,
    showRun,
    open,
    preload,
    forget,
    select,
    write,
    isCached: (id: number) => cache.has(id),
  }
})
