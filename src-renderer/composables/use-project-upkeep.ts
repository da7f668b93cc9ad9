import { useI18n } from 'vue-i18n'
import type { PhotoNews, ScanSummary } from '#shared/contract/exchange.ts'
import { useDialogs } from '../stores/dialogs.ts'
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
  const dialogs = useDialogs()

  async function rescan(): Promise<void> {
    const summary = await notices.guard(() => session.api().exchange.scanPhotos({ folder: null }))
    if (summary) await tellScan(summary)
  }

  /** Scans a folder whose scenes are on screen already; what was refused is shown at the end, by name. */
  async function scanFolder(folder: string): Promise<void> {
    const summary = await notices.guard(() => session.api().exchange.scanPhotos({ folder }))
    if (!summary) return
    const isQuiet = summary.findings.every(({ severity }) => severity === 'info')
    if (summary.added > 0 && isQuiet) return tellScan(summary)
    dialogs.importing = { mode: 'photos', scan: summary }
    await notices.guard(() => project.refresh())
  }

  async function tellScan({ found, added, moved, missing, refused, exactDuplicates }: ScanSummary): Promise<void> {
    const sentences = [
      t('upkeep.scanned', { found, added, moved, missing }),
      ...(refused.length > 0 ? [t('upkeep.refused', { count: refused.length }, refused.length)] : []),
      ...(exactDuplicates > 0 ? [t('upkeep.copies', { count: exactDuplicates }, exactDuplicates)] : []),
    ]
    const action = { label: t('actions.project.duplicates'), run: () => (dialogs.duplicates = true) }
    const kind = missing + refused.length > 0 ? 'warning' : 'success'
    notices.add(kind, sentences.join(' '), exactDuplicates > 0 ? { action } : {})
    await notices.guard(() => project.refresh())
  }

  /** Photos came, moved or went while nobody asked. */
  function tellNews({ added, moved, missing }: PhotoNews): void {
    const parts = [
      ...(added > 0 ? [t('upkeep.newPhotos', { count: added }, added)] : []),
      ...(moved > 0 ? [t('upkeep.movedPhotos', { count: moved }, moved)] : []),
      ...(missing > 0 ? [t('upkeep.missingPhotos', { count: missing }, missing)] : []),
    ]
    notices.add(missing > 0 ? 'warning' : 'info', parts.join(' · '))
  }

  async function relink(): Promise<void> {
    const folder = await picker.pick({ purpose: 'open-folder', title: t('actions.project.relink') })
    if (!folder) return
    const answer = await notices.guard(() => project.relinkPhotos(folder))
    if (!answer) return
    notices.add(answer.missing > 0 ? 'warning' : 'success', t('upkeep.relinked', { ...answer }))
    // Photos that were renamed, too, are known by their content.
    if (answer.found > 0 && answer.missing > 0) await rescan()
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

  return { rescan, scanFolder, tellNews, relink, importSplit }
}
