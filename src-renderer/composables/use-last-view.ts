import { watch } from 'vue'
import { useRouter } from 'vue-router'
import { z } from 'zod'
import { useProject } from '../stores/project.ts'
import { useSettings } from '../stores/settings.ts'

const viewKey = 'app.lastView'
const lastViewSchema = z.object({ folder: z.string(), path: z.string().startsWith('/') })

/** A start without an address goes to where the open project was left; every view of a project is remembered. */
export function useLastView(startedWithoutAddress: boolean): void {
  const router = useRouter()
  const project = useProject()
  const settings = useSettings()
  let mayReturn = startedWithoutAddress

  watch(
    () => settings.loaded && project.loaded,
    (ready) => {
      if (!ready || !mayReturn) return
      mayReturn = false
      const left = lastViewSchema.safeParse(settings.settings.view[viewKey])
      if (!project.summary || router.currentRoute.value.name !== 'start') return
      const isHere = left.success && left.data.folder === project.summary.folder
      void router.replace(isHere ? left.data.path : { name: 'label' })
    },
    { immediate: true },
  )

  router.afterEach((to) => {
    const folder = project.summary?.folder
    if (folder && to.meta.needsProject) settings.patchView(viewKey, { folder, path: to.fullPath })
  })
}
