import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { ModelInfo } from '#shared/contract/models.ts'
import { nameOfPath } from './path-text.ts'
import { useNotices } from '../stores/notices.ts'
import { usePicker } from '../stores/picker.ts'
import { useRuns } from '../stores/runs.ts'
import { useSession } from '../stores/session.ts'

/** Adds every trained seed of a RAFNet run folder as a model, and offers to run them. */
export function useRunFolder() {
  const { t } = useI18n()
  const router = useRouter()
  const session = useSession()
  const runs = useRuns()
  const notices = useNotices()
  const picker = usePicker()

  async function add(): Promise<void> {
    const folder = await picker.pick({ purpose: 'open-folder', title: t('runFolder.choose') })
    if (!folder) return
    const models = await notices.guard(() => session.api().models.addRunFolder({ folder }))
    if (!models) return
    await notices.guard(runs.load)
    await router.push({ name: 'models' })
    const count = models.length
    notices.add('success', t('runFolder.added', { count, folder: nameOfPath(folder) }, count), {
      action: { label: t('runFolder.runThem', { count }, count), run: () => void runAll(models) },
    })
  }

  /** One after the other; the first failure ends the row. */
  async function runAll(models: readonly ModelInfo[]): Promise<void> {
    for (const model of models) {
      const run = await notices.guard(() => runs.predict(model.id))
      if (!run) return
    }
    notices.add('success', t('runFolder.ran', { count: models.length }, models.length))
  }

  return { add }
}
