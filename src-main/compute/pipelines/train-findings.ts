import { findLeakage } from '#main/training/leakage.ts'
import { isNullName } from '#main/training/training-config.ts'
import type { SplitName, TrainingConfig } from '#main/training/training-config.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { Leakage } from '#shared/contract/training.ts'

/** What a finding about a split needs to know of it. */
export interface JudgedSplit {
  /** [classes] */
  readonly classCounts: readonly number[]
  /** Photo of each student, or of each scene; empty where nobody names any. */
  readonly imagePaths: readonly string[]
}
export type JudgedSplits = Readonly<Record<SplitName, JudgedSplit>>

export const leakageOf = (splits: JudgedSplits): Leakage | null =>
  findLeakage({ train: splits.train.imagePaths, val: splits.val.imagePaths, test: splits.test.imagePaths })

/** What the user should know of the data before hours are spent; training goes on. */
export function splitFindings(labelNames: readonly string[], splits: JudgedSplits, leakage: Leakage | null): Finding[] {
  return [
    ...leakageFindings(leakage),
    ...Object.entries(splits).flatMap(([name, split]) => absentClasses(labelNames, name, split)),
    ...onlyNull(labelNames, splits),
    ...Object.entries(splits).flatMap(([name, split]) => singlePhoto(name, split)),
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

function absentClasses(labelNames: readonly string[], split: string, { classCounts }: JudgedSplit): Finding[] {
  const absent = labelNames.filter((_, index) => classCounts[index] === 0)
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

/** Splits that the paper's metric leaves nobody of: val then chooses no epoch, and no best model is kept. */
function onlyNull(labelNames: readonly string[], { val, test }: JudgedSplits): Finding[] {
  const isEmpty = ({ classCounts }: JudgedSplit): boolean =>
    classCounts.every((count, index) => count === 0 || isNullName(labelNames[index]!))
  const finding = (split: string, effect: string): Finding => ({
    code: 'training.only-null',
    severity: 'warning',
    count: 1,
    examples: [],
    message: `All students of ${split} are Null, whom macro F1 (no-null) leaves out, so ${effect}. Label students of other classes, or choose other splits.`,
  })
  return [
    ...(isEmpty(val) ? [finding('val', 'no epoch can be the best: none is kept as best_model.pth')] : []),
    ...(isEmpty(test) ? [finding('test', 'it says nothing about the model')] : []),
  ]
}

function singlePhoto(split: string, { imagePaths }: JudgedSplit): Finding[] {
  if (new Set(imagePaths).size !== 1) return []
  const message = `All students of ${split} are in one photo, so that nothing can be said about other classrooms.`
  return [{ code: 'training.one-scene', severity: 'warning', count: 1, examples: imagePaths.slice(0, 1), message }]
}

/** Keys of a configuration that Lectern passes over. */
export function ignoredKeys({ ignored }: TrainingConfig): Finding[] {
  if (ignored.length === 0) return []
  const message = `Keys of the configuration that have no effect here: ${ignored.join(', ')}.`
  const examples = ignored.slice(0, 5)
  return [{ code: 'training.config-ignored', severity: 'info', count: ignored.length, examples, message }]
}
