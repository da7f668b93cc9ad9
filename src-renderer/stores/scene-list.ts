import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import type { SceneRow } from '#shared/contract/scenes.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useSession } from './session.ts'

export type SceneFilter = 'all' | 'unreviewed' | 'wrong'

const pageRows = 200
/** Scenes are sought page by page; this many rows at once. */
const seekRows = 1000
const refreshDelayMs = 250
const filterWords: Readonly<Record<SceneFilter, string>> = { all: '', unreviewed: 'unreviewed', wrong: 'wrong' }

/** The scene list as the view asks for it: pages of rows that were looked at, by query, filter and run. */
export const useSceneList = defineStore('scene-list', () => {
  const session = useSession()
  const project = useProject()
  const runs = useRuns()
  const query = ref('')
  const filter = ref<SceneFilter>('all')
  const total = ref(0)
  const loaded = ref(false)
  const error = shallowRef<AppError | null>(null)
  const pages = shallowRef<ReadonlyMap<number, readonly SceneRow[]>>(new Map())
  const asked = new Set<number>()
  /** Where the shown scene stood last: a scene that left the list still has a next one. */
  let lastPlace = 0
  /** Pages that the list shows now: only these are loaded again when something changes. */
  let inSight: readonly number[] = [0]
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | null = null

  const wholeQuery = computed(() =>
    [query.value.trim(), filterWords[filter.value]].filter((word) => word !== '').join(' '),
  )
  const runId = computed(() => runs.runA?.id ?? null)
  const rows = computed(() => [...pages.value.values()].flat())

  const ask = (offset: number, limit: number) =>
    session.api().scenes.list({ query: wholeQuery.value, runId: runId.value, offset, limit })

  async function loadPage(page: number): Promise<void> {
    if (asked.has(page)) return
    asked.add(page)
    const mine = turn
    try {
      const answer = await ask(page * pageRows, pageRows)
      if (mine !== turn) return
      total.value = answer.total
      pages.value = new Map(pages.value).set(page, answer.rows)
      loaded.value = true
      error.value = null
    } catch (thrown) {
      if (mine !== turn) return
      asked.delete(page)
      loaded.value = true
      error.value = toAppError(thrown)
    }
  }

  /** Loads what the list shows from `from` up to `to`, where it is not there yet. */
  function ensure(from: number, to: number): Promise<unknown> {
    const first = Math.floor(Math.max(0, from) / pageRows)
    const last = Math.floor(Math.max(0, to) / pageRows)
    inSight = Array.from({ length: last - first + 1 }, (_, at) => first + at)
    return Promise.all(inSight.map(loadPage))
  }

  const rowAt = (index: number): SceneRow | undefined =>
    pages.value.get(Math.floor(index / pageRows))?.[index % pageRows]

  /** The place of a scene among the rows that are loaded; −1 where it is not. */
  function placeOf(sceneId: number): number {
    for (const [page, held] of pages.value) {
      const at = held.findIndex((row) => row.id === sceneId)
      if (at >= 0) return page * pageRows + at
    }
    return -1
  }

  /** Remembers the place of the shown scene, looking for it in the whole list where it is not loaded. */
  async function locate(sceneId: number): Promise<number> {
    const place = placeOf(sceneId)
    if (place >= 0) return (lastPlace = place)
    const mine = turn
    for (let offset = 0; mine === turn; offset += seekRows) {
      const answer = await ask(offset, seekRows)
      const at = answer.rows.findIndex((row) => row.id === sceneId)
      if (at >= 0) return (lastPlace = offset + at)
      if (answer.rows.length < seekRows) return -1
    }
    return -1
  }

  /** The scene `by` places on from `sceneId`; null at the end of the list. With `unreviewed`, reviewed ones are passed over. */
  async function neighbour(sceneId: number | null, by: 1 | -1, unreviewed = false): Promise<SceneRow | null> {
    const place = sceneId === null ? -1 : placeOf(sceneId)
    if (place >= 0) lastPlace = place
    // A scene that left the list (reviewed, under the filter of unreviewed ones) made room for the next in its own place.
    const beside = by === 1 ? lastPlace : lastPlace - 1
    let at = place >= 0 ? place + by : sceneId === null ? 0 : beside
    for (; at >= 0 && at < Math.max(total.value, 1); at += by) {
      if (!rowAt(at)) await loadPage(Math.floor(at / pageRows))
      const row = rowAt(at)
      if (!row) return null
      if (row.id !== sceneId && !(unreviewed && row.review === 'reviewed')) return row
    }
    return null
  }

  /** Loads again what is in sight, and where the shown scene stands; old rows stay until the new ones are there, others are let go. */
  async function refresh(): Promise<void> {
    turn += 1
    asked.clear()
    const wanted = [...new Set([...inSight, Math.floor(lastPlace / pageRows)])]
    pages.value = new Map([...pages.value].filter(([page]) => wanted.includes(page)))
    await Promise.all(wanted.map(loadPage))
  }

  function refreshSoon(): void {
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => void refresh(), refreshDelayMs)
  }

  /** A scene was reviewed here: its row says so before the workbench does. */
  function markReviewed(sceneId: number, review: SceneRow['review']): void {
    pages.value = new Map(
      [...pages.value].map(([page, held]) => [
        page,
        held.map((row) => (row.id === sceneId ? { ...row, review } : row)),
      ]),
    )
  }

  watch(
    () => [wholeQuery.value, runId.value, project.summary?.folder],
    () => {
      inSight = [0]
      lastPlace = 0
      void refresh()
    },
  )
  watch(
    () => project.summary?.folder,
    () => {
      pages.value = new Map()
      total.value = 0
      lastPlace = 0
      loaded.value = false
    },
    { flush: 'sync' },
  )
  watch(
    () => [project.revisions.labels, project.revisions.students, project.revisions.scenes, project.revisions.project],
    refreshSoon,
  )

  return { query, filter, total, loaded, error, rows, ensure, rowAt, placeOf, locate, neighbour, refresh, markReviewed }
})
