import { onScopeDispose, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useNotices } from '../stores/notices.ts'
import { useSession } from '../stores/session.ts'
import { useOpenProject } from './use-open-project.ts'

/**
 * Files and folders dropped anywhere on the window. Where the host may not know their paths (a browser shows only names),
 * a notice says what to do instead.
 */
export function useDropFiles() {
  const { t } = useI18n()
  const session = useSession()
  const notices = useNotices()
  const opening = useOpenProject()
  const over = ref(false)
  let depth = 0

  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true

  function enter(event: DragEvent): void {
    if (!carriesFiles(event)) return
    depth += 1
    over.value = true
  }

  function leave(event: DragEvent): void {
    if (!carriesFiles(event)) return
    depth = Math.max(0, depth - 1)
    over.value = depth > 0
  }

  function allow(event: DragEvent): void {
    if (carriesFiles(event)) event.preventDefault()
  }

  function drop(event: DragEvent): void {
    if (!carriesFiles(event)) return
    event.preventDefault()
    depth = 0
    over.value = false
    const files = [...(event.dataTransfer?.files ?? [])]
    const paths = files.map((file) => session.pathForFile(file)).filter((path) => path !== null)
    if (paths.length > 0) void opening.openPaths(paths)
    else if (files[0]) {
      const { name } = files[0]
      notices.add('warning', opening.showsWeights() ? t('weights.namesOnly', { name }) : t('drop.namesOnly', { name }))
    }
  }

  const listeners = { dragenter: enter, dragleave: leave, dragover: allow, drop } as const
  for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name, listener as EventListener)
  onScopeDispose(() => {
    for (const [name, listener] of Object.entries(listeners))
      window.removeEventListener(name, listener as EventListener)
  })
  return { over }
}
