import { useI18n } from 'vue-i18n'
import type { WeightsInfo } from '#shared/contract/extraction.ts'
import { useFormat } from '../../composables/use-format.ts'

/** What weights are, take and give, in the reader's language; the workbench says it in English. */
export function useWeightsText() {
  const i18n = useI18n()
  const { t } = i18n
  const format = useFormat()
  const known = (key: string, otherwise: string) => (i18n.te(key) ? t(key) : otherwise)

  const task = ({ kind, builtIn, card }: WeightsInfo) =>
    known(`weights.task.${builtIn ? 'builtIn-' : ''}${kind}`, card.task)
  const takes = ({ kind, family, card }: WeightsInfo) => known(`weights.input.${family}-${kind}`, card.input)
  const gives = ({ width, card }: WeightsInfo) =>
    width === null ? known('weights.boxes', card.output) : t('weights.vectors', { width: format.number(width) })
  const licence = ({ builtIn, card }: WeightsInfo) =>
    builtIn ? card.licence : known('weights.licenceOfAuthors', card.licence)

  const name = ({ id, name: own }: WeightsInfo) => known(`weights.named.${id}`, own)

  return { name, task, takes, gives, licence }
}
