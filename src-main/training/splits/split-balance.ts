import type { SplitGroup } from './group-scenes.ts'

/** Splits while groups are handed out: how many students of each class each has, and how many it should have. */
export interface SplitBalance {
  /** [splits] groups in each. */
  readonly groups: number[]
  /** Students of a class that a split still lacks. */
  lacks(split: number, classIndex: number): number
  /** Students that a split still lacks. */
  lacksStudents(split: number): number
  /** Gives a group to a split; `times` −1 takes it back. */
  give(split: number, group: SplitGroup, times: 1 | -1): void
  /** How far the splits are from what they should be: 0 is perfect. */
  cost(): number
}

/** What a class costs that train, the first split, has none of: it cannot be learnt. */
const unlearnableCost = 1
/** What it costs that another split has none of a class of which each could have some. */
const absentCost = 0.2
/** Shares of students beside shares of classes: the sizes that were asked for matter as much as all classes together. */
const sizeWeight = 4

/**
 * Per class and split, the squared difference between the share of the class's students that it has and should have; likewise for all
 * students, weighted; and a cost for each class that a split has none of.
 * @param shares [splits], train first, their sum is 1
 */
export function createSplitBalance(groups: readonly SplitGroup[], shares: readonly number[]): SplitBalance {
  const classes = groups[0]?.classCounts.length ?? 0
  const totals = Array.from({ length: classes }, (_, index) =>
    groups.reduce((sum, group) => sum + group.classCounts[index]!, 0),
  )
  const holders = totals.map((_, index) => groups.filter((group) => group.classCounts[index]! > 0).length)
  const students = totals.reduce((sum, count) => sum + count, 0)
  const counts = shares.map(() => new Array<number>(classes).fill(0))
  const sizes = shares.map(() => 0)
  const groupsOf = shares.map(() => 0)
  const costOf = (split: number): number => {
    const share = shares[split]!
    let cost = sizeWeight * (sizes[split]! / students - share) ** 2
    for (const [index, total] of totals.entries()) {
      if (total === 0) continue
      const count = counts[split]![index]!
      cost += (count / total - share) ** 2
      if (count > 0) continue
      if (split === 0) cost += unlearnableCost
      else if (holders[index]! >= shares.length) cost += absentCost
    }
    return cost
  }
  return {
    groups: groupsOf,
    lacks: (split, classIndex) => shares[split]! * totals[classIndex]! - counts[split]![classIndex]!,
    lacksStudents: (split) => shares[split]! * students - sizes[split]!,
    give: (split, group, times) => {
      groupsOf[split] = groupsOf[split]! + times
      for (const [index, count] of group.classCounts.entries()) {
        counts[split]![index] = counts[split]![index]! + times * count
        sizes[split] = sizes[split]! + times * count
      }
    },
    cost: () => shares.reduce((sum, _, split) => sum + costOf(split), 0),
  }
}
