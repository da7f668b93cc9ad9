import { vectorRows } from '#main/exchange/rafnet/vector-rows.ts'
import { columnItems } from '#main/exchange/rafnet/columns.ts'
import { countClasses } from '#main/training/losses/class-weights.ts'
import type { SplitPlan } from '#shared/contract/training.ts'
import type { ExaminedFiles } from '../training-protocol.ts'
import { leakageOf, splitFindings } from './train-findings.ts'
import type { JudgedSplit } from './train-findings.ts'
import { columnOf, openSplit, readFeatureDict } from './train-splits.ts'
import type { ResolvedRecipe } from './training-recipe.ts'

/** Counts the students of feature files and looks through their vectors, so that a training in the queue is one that will run. Throws as `loadSplit`. */
export function examineSplits({ files, config }: ResolvedRecipe): ExaminedFiles {
  const judged = new Map<string, JudgedSplit>()
  const judge = (file: string): JudgedSplit => {
    const known = judged.get(file)
    if (known) return known
    const { labels, imagePaths, context } = openSplit(file, config.head)
    for (const modality of config.head.modalities) columnOf(modality, context)
    const split = { classCounts: countClasses(labels, config.head.classes), imagePaths }
    judged.set(file, split)
    return split
  }
  const splits = { train: judge(files.train), val: judge(files.val), test: judge(files.test) }
  const leakage = leakageOf(splits)
  return {
    splits: { train: splitPlan(splits.train), val: splitPlan(splits.val), test: splitPlan(splits.test) },
    findings: splitFindings(config.labelNames, splits, leakage),
    leakage,
  }
}

export const splitPlan = ({ classCounts, imagePaths }: JudgedSplit): SplitPlan => ({
  scenes: new Set(imagePaths).size,
  students: classCounts.reduce((sum, count) => sum + count, 0),
  classCounts,
})

/** How wide the named modalities of a feature pickle are; those that it does not have are left out. */
export function widthsOfFile(file: string, names: readonly string[]): { name: string; width: number }[] {
  const dict = readFeatureDict(file)
  const rows = columnItems(dict.get('labels'))?.length
  return names.flatMap((name) => {
    const value = dict.get(name)
    const found = rows === undefined ? null : vectorRows(value, rows, { file, key: name })
    return found === null ? [] : [{ name, width: found.width }]
  })
}

/** Keys of a feature pickle that are no modality of vectors. */
const otherKeys: readonly unknown[] = ['labels', 'metadata', 'context', 'bbox_ctx', 'img_uid']

/** The modalities of vectors that a feature pickle holds, in its order. */
export function modalitiesOfFile(file: string): { name: string; width: number }[] {
  const keys = [...readFeatureDict(file).keys()].filter((key) => typeof key === 'string')
  return widthsOfFile(
    file,
    keys.filter((key) => !otherKeys.includes(key)),
  )
}
