import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { AppError } from '#shared/contract/app-error.ts'
import { toAppError } from '#shared/contract/app-error.ts'
import type { SceneDetail, SceneStudent } from '#shared/contract/scenes.ts'
import type { Edit } from '#shared/domain/edit.ts'
import { createDrawnNames } from './drawn-names.ts'
import { useEdits } from './edits.ts'
import { withPending, withRealIds, type PendingEdit } from './pending-edits.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { createSceneCache } from './scene-cache.ts'
import { useSession } from './session.ts'
import { useSettings } from './settings.ts'

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
  const names = createDrawnNames()
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
  const selection = computed(() => wanted.value.map(names.realId).filter((id) => byId.value.has(id)))
  const selected = computed(() => selection.value.flatMap((id) => byId.value.get(id) ?? []))
  const primary = computed(() => selected.value.at(-1) ?? null)

  const cache = createSceneCache({
    ask: (id) => session.api().scenes.get({ sceneId: id, runIds: runIdsOf(id) }),
    onLoaded: dropConfirmed,
    isShown: (id) => id === sceneId.value,
  })

  /** A load that began after an edit was written already has it. */
  function dropConfirmed(id: number, begun: number): void {
    pending.value = pending.value.filter(
      (one) => one.sceneId !== id || one.writtenAt === null || one.writtenAt >= begun,
    )
  }

  /** Shows a scene. A cached one is there before this returns; nobody stays selected. */
  function open(id: number, studentIds: readonly number[] = []): Promise<void> {
    if (id !== sceneId.value) {
      sceneId.value = id
      error.value = null
      known.value = cache.get(id) ?? null
    }
    wanted.value = studentIds
    return cache.get(id) ? Promise.resolve() : show(id)
  }

  async function show(id: number): Promise<void> {
    try {
      const loaded = await cache.load(id)
      if (sceneId.value !== id) return
      known.value = loaded
      error.value = null
    } catch (thrown) {
      if (sceneId.value === id) error.value = toAppError(thrown)
    }
  }

  /** Something in these scenes (null: in any) changed in the workbench. */
  function forget(sceneIds: readonly number[] | null): void {
    cache.forget(sceneIds)
    const shown = sceneId.value
    if (shown !== null && (sceneIds === null || sceneIds.includes(shown))) void show(shown)
  }

  function select(ids: readonly number[], how: 'set' | 'toggle' | 'add' | 'extend' = 'set'): void {
    const now = selection.value
    if (how === 'set') wanted.value = ids
    // The last one is the primary: a walk over seats that are selected already goes on from where it is.
    else if (how === 'extend') wanted.value = [...now.filter((id) => !ids.includes(id)), ...ids]
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
    names.expectNames(drawnIds, writing)
    if (drawnIds.length > 0) wanted.value = drawnIds
    return writing
  }

  async function send(one: PendingEdit): Promise<boolean> {
    const unnamed = names.awaited(one.edits.flatMap((edit) => ('studentId' in edit ? [edit.studentId] : [])))
    if (unnamed.length > 0) await Promise.all(unnamed)
    const real = withRealIds(one.edits, names.realId)
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
        ? { ...other, edits: real, drawnIds: other.drawnIds.map(names.realId), writtenAt: cache.loadsBegun() }
        : other,
    )
    forget([one.sceneId])
    return true
  }

  function nameDrawn({ drawnIds }: PendingEdit, studentIds: readonly number[]): void {
    names.name(drawnIds, studentIds)
    pending.value = pending.value.map((other) => ({ ...other, edits: withRealIds(other.edits, names.realId) }))
    wanted.value = wanted.value.map(names.realId)
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
      cache.forget(null)
      names.clear()
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
    preload: cache.preload,
    forget,
    select,
    write,
  }
})
