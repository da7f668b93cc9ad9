import { shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import { useLabelScene } from '../../stores/label-scene.ts'
import { useNotices } from '../../stores/notices.ts'
import { useRuns } from '../../stores/runs.ts'
import { useSession } from '../../stores/session.ts'
import { useSettings } from '../../stores/settings.ts'

/** Runs a model on the shown scene alone. Its failure is shown beside the photo. */
export function useSceneRun() {
  const { t } = useI18n()
  const router = useRouter()
  const session = useSession()
  const settings = useSettings()
  const scene = useLabelScene()
  const runs = useRuns()
  const notices = useNotices()
  const running = shallowRef(false)
  const runError = shallowRef<AppError | null>(null)
  watch(
    () => scene.sceneId,
    () => (runError.value = null),
  )

  /** Takes the model of the shown run, else the first. */
  async function runScene(): Promise<void> {
    const model = runs.modelOf(scene.run)
    if (!model) return void router.push({ name: 'models' })
    const { sceneId } = scene
    if (sceneId === null || running.value) return
    running.value = true
    runError.value = null
    try {
      const { device } = settings.settings
      const run = await session.api().models.predict({ modelId: model.id, sceneIds: [sceneId], device })
      await runs.load()
      scene.showRun(sceneId, run.id)
      notices.add('success', t('models.ranOn', { name: run.name, count: run.students }))
    } catch (error) {
      runError.value = toAppError(error)
    } finally {
      running.value = false
    }
  }

  return { running, runError, runScene }
}
