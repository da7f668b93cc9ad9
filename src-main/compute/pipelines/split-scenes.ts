import { groupScenes } from '#main/training/splits/group-scenes.ts'
import { makeSplits } from '#main/training/splits/make-splits.ts'
import type { SplitGroup } from '#main/training/splits/group-scenes.ts'
import { splitNames } from '#main/training/training-config.ts'
import type { SplitName } from '#main/training/training-config.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { SplitAnswer, SplitRequest } from '../training-protocol.ts'
import { splitPlan } from './examine-splits.ts'
import { leakageOf, splitFindings } from './train-findings.ts'
import type { JudgedSplit } from './train-findings.ts'

/**
 * Hands the scenes of a project to train, val and test, or takes the sides that they have, and says what is odd about it. Throws as
 * `makeSplits`.
 */
export function splitScenes(request: SplitRequest): SplitAnswer {
  const { scenes, labelNames, given, shares, seed } = request
  const sides = given ?? makeSplits(scenes, shares, seed).sides
  // One photo under two names is one photo.
  const pathOf = new Map<string, string>()
  const photos = scenes.map(({ contentHash, path }) => {
    if (contentHash === null) return path
    const first = pathOf.get(contentHash) ?? path
    pathOf.set(contentHash, first)
    return first
  })
  const judged = (name: SplitName): JudgedSplit => {
    const members = [...sides.keys()].filter((scene) => sides[scene] === name)
    const count = (index: number) => members.reduce((sum, scene) => sum + scenes[scene]!.classCounts[index]!, 0)
    return {
      classCounts: labelNames.map((_, index) => count(index)),
      imagePaths: members.map((scene) => photos[scene]!),
    }
  }
  const splits = { train: judged('train'), val: judged('val'), test: judged('test') }
  const leakage = leakageOf(splits)
  if (given === null && leakage !== null) throw new Error('a split made by Lectern has a photo on two sides')
  const alike = groupScenes(scenes.map((scene) => ({ ...scene, key: null }))).filter((group) => group.scenes.length > 1)
  const torn = alike.filter((group) => new Set(group.scenes.map((scene) => sides[scene])).size > 1)
  const plans = Object.fromEntries(splitNames.map((name) => [name, splitPlan(splits[name])]))
  return {
    sides,
    splits: plans as SplitAnswer['splits'],
    findings: [
      ...splitFindings(labelNames, splits, leakage),
      ...nearDuplicates(
        request,
        torn.filter((group) => new Set(group.scenes.map((scene) => photos[scene])).size > 1),
      ),
      ...(given === null ? ungrouped(request) : []),
    ],
    leakage,
    alike: { scenes: alike.reduce((sum, group) => sum + group.scenes.length, 0), groups: alike.length },
  }
}

/** Photos that look all but the same on two sides: only splits that came with the scenes have such. */
function nearDuplicates({ scenes }: SplitRequest, torn: readonly SplitGroup[]): Finding[] {
  if (torn.length === 0) return []
  const members = torn.flatMap((group) => group.scenes)
  const message = `${members.length} photos look all but the same as one in another split, so the figures say less about new photos than they seem to.`
  const examples = members.slice(0, 5).map((scene) => scenes[scene]!.path)
  return [{ code: 'training.near-duplicates', severity: 'warning', count: members.length, examples, message }]
}

/** Scenes that should stay with their room or day, and have none. */
function ungrouped({ scenes, together }: SplitRequest): Finding[] {
  const alone = together === 'scene' ? [] : scenes.filter(({ key }) => key === null)
  if (alone.length === 0) return []
  const message = `${alone.length} of ${scenes.length} scenes have no ${together}; each is taken for a ${together} of its own.`
  const examples = alone.slice(0, 5).map(({ path }) => path)
  return [{ code: 'training.group-unknown', severity: 'warning', count: alone.length, examples, message }]
}
