import { useI18n } from 'vue-i18n'
import type { Noise } from '#shared/contract/extraction.ts'
import { useFormat } from '../../composables/use-format.ts'

/** Which noise relation vectors were made with, in a few words. */
export function useNoiseText() {
  const { t } = useI18n()
  const format = useFormat()
  return (noise: Noise): string => {
    if (noise.kind === 'none') return t('features.noise.toldNone')
    const seed = String(noise.seed)
    if (noise.kind === 'seed') return t('features.noise.toldSeed', { seed })
    return t('features.noise.toldMean', { draws: format.number(noise.draws), seed })
  }
}
