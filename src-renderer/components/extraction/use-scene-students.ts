import { useI18n } from 'vue-i18n'
import { AppError } from '#shared/contract/app-error.ts'
import { useActionRegistry } from '../../stores/actions.ts'
import { useConfirm } from '../../stores/confirm.ts'
import { useDetection } from '../../stores/detection.ts'
import { useNotices } from '../../stores/notices.ts'

/** Finding and taking back detected students, with what is said about the outcome. */
export function useSceneStudents() {
  const { t } = useI18n()
  const detection = useDetection()
  const notices = useNotices()
  const confirm = useConfirm()
  const registry = useActionRegistry()

  /** Looks one photo over; a failure stays with the store, beside the photo. */
  async function findHere(sceneId: number): Promise<void> {
    if (detection.busyHere) return
    const summary = await detection.findHere(sceneId)
    if (!summary) return
    const [failure] = summary.failed
    if (failure) return void notices.report(AppError.from(failure.error))
    if (summary.skipped > 0) return void notices.add('info', t('find.leftAlone'))
    if (summary.boxes === 0) return void notices.add('info', t('find.nobody'))
    notices.add('success', t('find.foundHere', { count: summary.boxes }, summary.boxes), {
      action: { label: t('actions.edit.undo'), run: () => registry.run('edit.undo') },
    })
  }

  /** Asks first: it is no undo step. null for every photo. */
  async function discard(sceneIds: readonly number[] | null): Promise<void> {
    const yes = await confirm.ask({
      title: t(sceneIds ? 'find.discardHereTitle' : 'find.discardTitle'),
      message: t('find.discardMessage'),
      confirm: t('find.discardConfirm'),
      danger: true,
    })
    if (!yes) return
    const count = await notices.guard(() => detection.discard(sceneIds))
    if (count !== undefined) notices.add('success', t('find.discarded', { count }, count))
  }

  return { findHere, discard }
}
