import { splitNames } from '../training-config.ts'
import type { SplitName } from '../training-config.ts'
import { assignGroups } from './assign-groups.ts'
import { groupScenes } from './group-scenes.ts'
import type { SplitScene } from './group-scenes.ts'

export interface MadeSplits {
  /** The split of each scene, [scenes]. */
  readonly sides: readonly SplitName[]
  readonly groups: number
}

/**
 * Train, val and test for scenes that belong to none: no photo, and no room or day where scenes carry one, lies on two sides.
 * @throws AppError `training.one-scene`, `training.too-few-groups`
 */
export function makeSplits(
  scenes: readonly SplitScene[],
  shares: Readonly<Record<SplitName, number>>,
  seed: number,
): MadeSplits {
  const groups = groupScenes(scenes)
  const assigned = assignGroups(
    groups,
    splitNames.map((name) => shares[name]),
    seed,
  )
  const sides = new Array<SplitName>(scenes.length)
  for (const [index, group] of groups.entries()) {
    for (const scene of group.scenes) sides[scene] = splitNames[assigned[index]!]!
  }
  return { sides, groups: groups.length }
}
