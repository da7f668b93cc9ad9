import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import type { Change, ProjectSummary, RecentProject } from '#shared/contract/project.ts'
import { withShownName } from '../composables/class-name.ts'
import { followStream } from './follow-stream.ts'
import { useSession } from './session.ts'

export type Topic = Change['topics'][number]

/** The open project, the recent ones, and a counter per topic that views watch to know when to load again. */
export const useProject = defineStore('project', () => {
  const session = useSession()
  const summary = shallowRef<ProjectSummary | null>(null)
  const listed = shallowRef<readonly RecentProject[]>([])
  const loaded = ref(false)
  const revisions = reactive<Record<Topic, number>>({
    project: 0,
    scenes: 0,
    students: 0,
    labels: 0,
    models: 0,
    runs: 0,
    trainings: 0,
  })
  const lastChange = shallowRef<Change | null>(null)

  /** The open project's progress is what it is now, not what it was when it was opened. */
  const recents = computed(() =>
    listed.value.map((one) => {
      const open = summary.value
      if (!open || open.folder !== one.folder) return one
      return { ...one, scenes: open.scenes, reviewedScenes: open.reviewedScenes }
    }),
  )
  /** As data, searches and the settings name them. */
  const storedClasses = computed(() => summary.value?.classes ?? [])
  /** As the page names them. */
  const classes = computed(() => storedClasses.value.map(withShownName))
  const classOf = (index: number | null | undefined) => classes.value.find((one) => one.index === index)

  async function load(): Promise<void> {
    const [current, recent] = await Promise.all([session.api().project.current({}), session.api().project.recent({})])
    adopt(current)
    listed.value = recent
    loaded.value = true
  }

  /** Takes a new summary; another project means that everything shown is stale. */
  function adopt(next: ProjectSummary | null): void {
    const other = next?.folder !== summary.value?.folder
    summary.value = next
    if (other) for (const topic of Object.keys(revisions) as Topic[]) revisions[topic] += 1
  }

  async function refresh(): Promise<void> {
    adopt(await session.api().project.current({}))
  }

  async function refreshRecents(): Promise<void> {
    listed.value = await session.api().project.recent({})
  }

  async function switchTo(opening: Promise<ProjectSummary>): Promise<ProjectSummary> {
    const next = await opening
    adopt(next)
    await refreshRecents()
    return next
  }

  const open = (folder: string) => switchTo(session.api().project.open({ folder }))
  const create = (folder: string, photoRoot: string | null) =>
    switchTo(session.api().project.create({ folder, photoRoot }))
  const openSample = () => switchTo(session.api().project.openSample({}))

  /** Nothing is asked of the project from the moment it closes, so the page lets go of it first. */
  async function close(): Promise<void> {
    adopt(null)
    try {
      await session.api().project.close({})
    } finally {
      await refresh()
      await refreshRecents()
    }
  }

  /** Takes back a new project that stayed empty, and opens the one that was there before it. */
  async function discardEmpty(folder: string, before: string | null): Promise<void> {
    const { discarded } = await session.api().project.discardEmpty({ folder })
    if (discarded && before !== null) return void (await open(before))
    await refresh()
    await refreshRecents()
  }

  async function forget(folder: string): Promise<void> {
    await session.api().project.forgetRecent({ folder })
    await refreshRecents()
  }

  async function relinkPhotos(photoRoot: string) {
    const answer = await session.api().project.relinkPhotos({ photoRoot })
    await refresh()
    return answer
  }

  async function editClass(index: number, change: { name: string; colour: string; letter: string }): Promise<void> {
    adopt(await session.api().project.editClass({ index, ...change }))
  }

  function follow(): void {
    session.onConnected(() => load())
    let waiting = false
    followStream(
      (client) => client.project.changes({}),
      (change) => {
        lastChange.value = change
        for (const topic of change.topics) revisions[topic] += 1
        if (waiting) return
        waiting = true
        setTimeout(() => {
          waiting = false
          void refresh().catch(() => undefined)
        }, 120)
      },
    )
  }

  return {
    summary,
    recents,
    loaded,
    revisions,
    lastChange,
    classes,
    classOf,
    storedClasses,
    load,
    refresh,
    open,
    create,
    openSample,
    close,
    discardEmpty,
    forget,
    relinkPhotos,
    editClass,
    follow,
  }
})
