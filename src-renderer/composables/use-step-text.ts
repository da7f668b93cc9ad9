import { useI18n } from 'vue-i18n'
import type { EditStep } from '#shared/contract/edits.ts'
import type { EditKind } from '#shared/domain/edit.ts'

/** An undo step in words: `3 labels, 1 box drawn`. */
export function useStepText(): (step: EditStep) => string {
  const { t } = useI18n()
  return (step) =>
    (Object.entries(step.kinds) as [EditKind, number][])
      .map(([kind, count]) => t(`edits.${kind}`, { count }, count))
      .join(t('common.listSeparator'))
}
