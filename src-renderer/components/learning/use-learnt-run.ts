import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { LearntModel } from '#shared/contract/learning.ts'
import { useFormat } from '../../composables/use-format.ts'
import { useLearning } from '../../stores/learning.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { useRuns } from '../../stores/runs.ts'

/**
 * Shows the predictions of a newly learnt head in place of those of an earlier one, or of none. Somebody who looks at the run of another
 * model keeps it. The first time in a sitting, a notice says so.
 */
export function useLearntRun(): void {
  const { t } = useI18n()
  const format = useFormat()
  const project = useProject()
  const learning = useLearning()
  const runs = useRuns()
  const notices = useNotices()
  let told = false
  const met = new Set<number>()

  async function meet(model: LearntModel, learntRunIds: ReadonlySet<number>): Promise<void> {
    const follows = !runs.isPinned || (runs.runA !== null && learntRunIds.has(runs.runA.id))
    if (follows) await notices.guard(() => learning.show(model))
    if (told) return
    told = true
    const count = model.students + model.imported
    const message = follows ? 'learning.shown' : 'learning.waits'
    notices.add('info', t(message, { count: format.number(count) }, count), {
      ...(!follows && { action: { label: t('learning.show'), run: () => void learning.show(model) } }),
    })
  }

  /** Heads that were there when the project was opened are not news, nor is one that somebody goes back to. */
  let openedAt = Date.now()
  watch(
    () => project.summary?.folder,
    () => {
      told = false
      met.clear()
      openedAt = Date.now()
    },
    { flush: 'sync' },
  )
  watch(
    () => learning.active,
    (active, before) => {
      if (!active || active.id === before?.id || active.id !== learning.newest?.id) return
      if (Date.parse(active.createdAt) < openedAt || met.has(active.id)) return
      met.add(active.id)
      void meet(active, new Set([...learning.models.map((one) => one.runId), ...(before ? [before.runId] : [])]))
    },
  )
}
