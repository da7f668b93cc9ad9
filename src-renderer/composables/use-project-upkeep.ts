import { useI18n } from 'vue-i18n'
import { useNotices } from '../stores/notices.ts'
import { usePicker } from '../stores/picker.ts'
import { useProject } from '../stores/project.ts'
import { useSession } from '../stores/session.ts'

/** Upkeep of the open project's photos and splits, each ending in a sentence that says what was found. */
export function useProjectUpkeep() {
  const { t } = useI18n()
  const session = useSession()
  const project = useProject()
  const notices = useNotices()
  const picker = usePicker()

  async function rescan(): Promise<void> {
    const summary = await notices.guard(() => session.api().exchange.scanPhotos({ folder: null }))
    if (!summary) return
    const { found, added, moved, missing } = summary
    notices.add(missing > 0 ? 'warning' : 'success', t('upkeep.scanned', { found, added, moved, missing }))
    await notices.guard(() => project.refresh())
  }

  async function relink(): Promise<void> {
    const folder = await picker.pick({ purpose: 'open-folder', title: t('actions.project.relink') })
    if (!folder) return
    const answer = await notices.guard(() => project.relinkPhotos(folder))
    if (answer) notices.add(answer.missing > 0 ? 'warning' : 'success', t('upkeep.relinked', { ...answer }))
  }

  async function importSplit(): Promise<void> {
    const file = await picker.pick({
      purpose: 'open-file',
      title: t('actions.project.import-split'),
      extensions: ['pkl', 'pickle'],
    })
    if (!file) return
    const summary = await notices.guard(() => session.api().exchange.importSplit({ file }))
    if (summary) {
      notices.add('success', t('upkeep.splitImported', { scenes: summary.scenes, students: summary.students }))
      await notices.guard(() => project.refresh())
    }
  }

  return { rescan, relink, importSplit }
}
