import { useI18n } from 'vue-i18n'
import type { TrainingData, TrainingPreset } from '#shared/contract/training.ts'
import { nameOfPath } from '../../composables/path-text.ts'
import { featuresOf, usesSeating } from './training-form.ts'

/** Heads and data in words: `Gated fusion with seating · grouprec + convnext`. */
export function useHeadText() {
  const i18n = useI18n()
  const { t } = i18n

  /** A family that this page does not know goes by RAFNet's name for it. */
  const familyName = (family: string) => (i18n.te(`train.family.${family}`) ? t(`train.family.${family}`) : family)

  function presetTitle(preset: TrainingPreset): string {
    const extras = [
      usesSeating(preset) && t('train.head.withSeating'),
      preset.name.includes('supcon') && t('train.head.withContrast'),
    ].filter((one) => one !== false)
    return [[familyName(preset.family), ...extras].join(' '), featuresOf(preset).join(' + ')].join(' · ')
  }

  function dataText(data: TrainingData): string {
    if (data.kind === 'files') return t('train.dataText.files', { file: nameOfPath(data.test) })
    if (data.kind === 'config') return t('train.dataText.config')
    if (data.splits === 'imported') return t('train.dataText.imported')
    const percent = (share: number) => Math.round(100 * share)
    return t('train.dataText.made', {
      shares: [data.shares.train, data.shares.val, data.shares.test].map(percent).join('/'),
      together: t(`train.dataText.together.${data.together}`),
      seed: data.splitSeed,
    })
  }

  return { familyName, presetTitle, dataText }
}
