import { useI18n } from 'vue-i18n'
import type { TrainingData, TrainingPreset } from '#shared/contract/training.ts'
import { nameOfPath } from '../../composables/path-text.ts'
import { featuresIn, hasSeating } from './training-form.ts'

/** Heads and data in words. */
export function useHeadText() {
  const i18n = useI18n()
  const { t } = i18n

  /** A family that this page does not know goes by RAFNet's name for it. */
  const familyName = (family: string) => (i18n.te(`train.family.${family}`) ? t(`train.family.${family}`) : family)

  /** `Neighbour graph (C) with seating` */
  function headTitle(family: string, modalities: readonly string[], contrast = false): string {
    const head = familyName(family)
    if (contrast) return t('train.head.titleWith', { head, extra: t('train.head.withContrast') })
    if (hasSeating(modalities)) return t('train.head.titleWith', { head, extra: t('train.head.withSeating') })
    return head
  }

  const presetTitle = ({ family, modalities, contrastive }: TrainingPreset) =>
    headTitle(family, modalities, contrastive !== null)

  /** `grouprec + convnext` */
  const featureText = (modalities: readonly string[]) => featuresIn(modalities).join(' + ')

  function dataText(data: TrainingData): string {
    if (data.kind === 'files') return t('train.dataText.files', { file: nameOfPath(data.test) })
    if (data.kind === 'config') return t('train.dataText.config')
    if (data.splits === 'imported') return t('train.dataText.imported')
    const { train, val, test } = data.shares
    // The command line gives 70,15,15 where the slider gives shares of 1.
    const percent = (share: number) => Math.round((100 * share) / (train + val + test))
    return t('train.dataText.made', {
      shares: [train, val, test].map(percent).join('/'),
      together: t(`train.dataText.together.${data.together}`),
      seed: data.splitSeed,
    })
  }

  return { familyName, headTitle, presetTitle, featureText, dataText }
}
