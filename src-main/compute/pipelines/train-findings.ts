import { findLeakage } from '#main/training/leakage.ts'
import { countClasses } from '#main/training/losses/class-weights.ts'
import type { SplitName, TrainingConfig } from '#main/training/training-config.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { Leakage } from '#shared/contract/training.ts'

/** What a finding about a split needs to know of it. */
export interface JudgedSplit {
  /** [students] */
  readonly labels: Int32Array
  /** Photo of each student; empty where the file names none. */
  readonly imagePaths: readonly string[]
}

export const leakageOf = (splits: Readonly<Record<SplitName, JudgedSplit>>): Leakage | null =>
  findLeakage({ train: splits.train.imagePaths, val: splits.val.imagePaths, test: splits.test.imagePaths })

/** What the user should know before hours are spent; training goes on. */
export function trainingFindings(
  config: TrainingConfig,
  splits: Readonly<Record<SplitName, JudgedSplit>>,
  leakage: Leakage | null,
): Finding[] {
  return [
    ...leakageFindings(leakage),
    ...Object.entries(splits).flatMap(([name, split]) => absentClasses(config, name, split)),
    ...Object.entries(splits).flatMap(([name, split]) => singlePhoto(name, split)),
    ...ignoredKeys(config),
  ]
}

function leakageFindings(leakage: Leakage | null): Finding[] {
  if (leakage === null) return []
  const pairs = leakage.pairs.map(({ splits, photos }) => `${photos} in ${splits.join(' and ')}`)
  return [
    {
      code: 'training.leakage',
      severity: 'warning',
      count: leakage.photos,
      examples: [...new Set(leakage.pairs.flatMap(({ examples }) => examples))].slice(0, 5),
      message: `Photos lie in more than one split (${pairs.join('; ')}), so the figures say less about new photos than they seem to.`,
    },
  ]
}

function absentClasses({ labelNames, head }: TrainingConfig, split: string, { labels }: JudgedSplit): Finding[] {
  const counts = countClasses(labels, head.classes)
  const absent = labelNames.filter((_, index) => counts[index] === 0)
  if (absent.length === 0) return []
  const effect = split === 'train' ? 'the model cannot learn them' : 'the figures of this split say nothing about them'
  return [
    {
      code: 'training.class-absent',
      severity: 'warning',
      count: absent.length,
      examples: absent.slice(0, 5),
      message: `Classes that never occur in ${split}: ${absent.join(', ')}; ${effect}.`,
    },
  ]
}

function singlePhoto(split: string, { imagePaths }: JudgedSplit): Finding[] {
  if (new Set(imagePaths).size !== 1) return []
  const message = `All students of ${split} are in one photo, so that nothing can be said about other classrooms.`
  return [{ code: 'training.one-scene', severity: 'warning', count: 1, examples: imagePaths.slice(0, 1), message }]
}

export function ignoredKeys({ ignored }: TrainingConfig): Finding[] {
  if (ignored.length === 0) return []
  const message = `Keys of the configuration that have no effect here: ${ignored.join(', ')}.`
  const examples = ignored.slice(0, 5)
  return [{ code: 'training.config-ignored', severity: 'info', count: ignored.length, examples, message }]
}
