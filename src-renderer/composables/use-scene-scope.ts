import { ref, watch, type Ref } from 'vue'
import { useProject } from '../stores/project.ts'
import { useSession } from '../stores/session.ts'
import { useLatest } from './use-latest.ts'

const pageSize = 1000
const typingMs = 250

/**
 * The scenes that a search asks for, as ids for reports and exports; null means every scene. `query` is the language of the
 * scene list, loaded a moment after the last key press.
 */
export function useSceneScope(query: Ref<string>, runId: Ref<number | null>) {
  const session = useSession()
  const project = useProject()
  const typed = ref(query.value.trim())
  let timer: ReturnType<typeof setTimeout> | null = null
  watch(query, (text) => {
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => (typed.value = text.trim()), typingMs)
  })

  const { data, error, loading } = useLatest(
    [typed, runId, () => project.revisions.scenes, () => project.revisions.labels],
    async (): Promise<readonly number[] | null> => {
      if (typed.value === '') return null
      const ids: number[] = []
      for (;;) {
        const input = { query: typed.value, runId: runId.value, offset: ids.length, limit: pageSize }
        const page = await session.api().scenes.list(input)
        ids.push(...page.rows.map((row) => row.id))
        if (page.rows.length === 0 || ids.length >= page.total) return ids
      }
    },
  )
  return { sceneIds: data, error, loading }
}
