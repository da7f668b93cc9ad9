import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import type { EditState, EditStep } from '#shared/contract/edits.ts'
import type { Edit } from '#shared/domain/edit.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'
import { useSession } from './session.ts'
import { useSettings } from './settings.ts'

export type Saving = 'saved' | 'saving' | 'failed'

/** What happened last, so that a view can show the place of an undone step. */
export interface EditEvent {
  readonly how: 'apply' | 'undo' | 'redo'
  readonly step: EditStep
}

/** Every change goes through here: one call is one transaction, one undo step and one turn of the autosave indicator. */
export const useEdits = defineStore('edits', () => {
  const session = useSession()
  const project = useProject()
  const settings = useSettings()
  const notices = useNotices()
  const history = shallowRef<EditState>({ undo: null, redo: null })
  const lastEvent = shallowRef<EditEvent | null>(null)
  const failure = shallowRef<AppError | null>(null)
  const inFlight = ref(0)
  const saving = computed<Saving>(() => (inFlight.value > 0 ? 'saving' : failure.value ? 'failed' : 'saved'))

  async function track(how: EditEvent['how'], work: () => Promise<EditStep | null>): Promise<EditStep | null> {
    inFlight.value += 1
    try {
      const step = await work()
      failure.value = null
      history.value = await session.api().edits.state({})
      if (step) lastEvent.value = { how, step }
      return step
    } catch (error) {
      failure.value = toAppError(error)
      notices.report(error)
      return null
    } finally {
      inFlight.value -= 1
    }
  }

  /** Applies `edits` as one undo step. Answers null where nothing was written; the reason is shown. */
  const apply = (edits: readonly Edit[]) =>
    track('apply', () =>
      session.api().edits.apply({ edits: [...edits], annotator: settings.settings.annotator || 'me' }),
    )
  const undo = () => track('undo', () => session.api().edits.undo({}))
  const redo = () => track('redo', () => session.api().edits.redo({}))

  async function load(): Promise<void> {
    history.value = project.summary ? await session.api().edits.state({}) : { undo: null, redo: null }
  }

  watch(
    () => [project.summary?.folder, project.revisions.labels, project.revisions.students, project.revisions.scenes],
    ([folder], [before]) => {
      if (folder !== before) failure.value = null
      void notices.guard(load)
    },
  )

  return { history, lastEvent, failure, saving, apply, undo, redo, load }
})
