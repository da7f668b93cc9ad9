import { AppError } from '#shared/contract/app-error.ts'
import { createRandom, permutation } from '../random/random.ts'
import type { Random } from '../random/random.ts'
import type { SplitGroup } from './group-scenes.ts'
import { createSplitBalance } from './split-balance.ts'
import type { SplitBalance } from './split-balance.ts'

const restarts = 12
/** Moves and exchanges tried after each start. */
const attempts = 1500

/**
 * Hands whole groups out to splits so that each class is spread as the shares say, as far as groups allow: iterative stratification
 * (Sechidis, Tsoumakas and Vlahavas 2011) from the rarest class on, then small moves and exchanges that lower `SplitBalance.cost`; the
 * best of some seeded starts. No split stays empty. The same groups, shares and seed give the same splits.
 *
 * @param shares [splits], train first, positive
 * @returns the split of each group, [groups]
 * @throws AppError `training.one-scene`, `training.too-few-groups`
 */
export function assignGroups(groups: readonly SplitGroup[], shares: readonly number[], seed: number): number[] {
  checkGroups(groups, shares.length)
  const total = shares.reduce((sum, share) => sum + share, 0)
  const wanted = shares.map((share) => share / total)
  let best: number[] = []
  let lowest = Infinity
  for (let restart = 0; restart < restarts; restart += 1) {
    const random = createRandom(seed, 'splits', restart)
    const balance = createSplitBalance(groups, wanted)
    const assigned = stratify(groups, wanted.length, balance, random)
    fillEmptySplits(groups, assigned, balance)
    improve(groups, assigned, balance, random)
    const cost = balance.cost()
    if (cost < lowest) [best, lowest] = [assigned, cost]
  }
  return best
}

function checkGroups(groups: readonly SplitGroup[], splits: number): void {
  if (groups.length === 1 && groups[0]!.scenes.length === 1) {
    throw new AppError(
      'training.one-scene',
      'All students with a label are in one photo, so that no other photo is left to test on. Label students of at least three photos.',
    )
  }
  if (groups.length >= splits) return
  throw new AppError(
    'training.too-few-groups',
    `The labelled photos make ${groups.length} ${groups.length === 1 ? 'group' : 'groups'} that must not be torn apart (photos that look alike count as one), but train, val and test each need one. Label more photos, or keep scenes together rather than rooms or days.`,
    { groups: groups.length, splits },
  )
}

/** Group by group from the rarest class on, each to the split that lacks this class most. */
function stratify(groups: readonly SplitGroup[], splits: number, balance: SplitBalance, random: Random): number[] {
  const assigned = new Array<number>(groups.length).fill(-1)
  const order = permutation(random, groups.length)
  const place = (group: number, classIndex: number | null): void => {
    const ties = permutation(random, splits)
    const lack = (split: number): number =>
      classIndex === null ? balance.lacksStudents(split) : balance.lacks(split, classIndex)
    const [split] = ties.sort((a, b) => lack(b) - lack(a) || balance.lacksStudents(b) - balance.lacksStudents(a))
    assigned[group] = split!
    balance.give(split!, groups[group]!, 1)
  }
  for (;;) {
    const rarest = rarestClass(groups, assigned)
    if (rarest === null) break
    const holders = order.filter((group) => assigned[group] === -1 && groups[group]!.classCounts[rarest]! > 0)
    holders.sort((a, b) => groups[b]!.classCounts[rarest]! - groups[a]!.classCounts[rarest]!)
    for (const group of holders) place(group, rarest)
  }
  for (const group of order) if (assigned[group] === -1) place(group, null)
  return assigned
}

/** The class with the fewest students in groups that are not handed out yet; null when all are. */
function rarestClass(groups: readonly SplitGroup[], assigned: readonly number[]): number | null {
  const left = new Array<number>(groups[0]!.classCounts.length).fill(0)
  for (const [index, { classCounts }] of groups.entries()) {
    if (assigned[index] !== -1) continue
    for (const [classIndex, count] of classCounts.entries()) left[classIndex] = left[classIndex]! + count
  }
  let rarest: number | null = null
  for (const [index, count] of left.entries()) {
    if (count > 0 && (rarest === null || count < left[rarest]!)) rarest = index
  }
  return rarest
}

/** Gives each empty split the group whose move costs least, from splits that keep one. */
function fillEmptySplits(groups: readonly SplitGroup[], assigned: number[], balance: SplitBalance): void {
  for (const empty of balance.groups.keys()) {
    if (balance.groups[empty]! > 0) continue
    let [cheapest, lowest] = [-1, Infinity]
    for (const [group, from] of assigned.entries()) {
      if (balance.groups[from]! < 2) continue
      move(groups, assigned, balance, group, empty)
      const cost = balance.cost()
      move(groups, assigned, balance, group, from)
      if (cost < lowest) [cheapest, lowest] = [group, cost]
    }
    move(groups, assigned, balance, cheapest, empty)
  }
}

function move(
  groups: readonly SplitGroup[],
  assigned: number[],
  balance: SplitBalance,
  group: number,
  to: number,
): void {
  balance.give(assigned[group]!, groups[group]!, -1)
  balance.give(to, groups[group]!, 1)
  assigned[group] = to
}

/** Tries random moves and exchanges, and keeps what lowers the cost and leaves no split empty. */
function improve(groups: readonly SplitGroup[], assigned: number[], balance: SplitBalance, random: Random): void {
  let cost = balance.cost()
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const one = random.below(groups.length)
    const other = random.below(groups.length)
    const [from, to] = [assigned[one]!, attempt % 2 === 0 ? random.below(balance.groups.length) : assigned[other]!]
    if (from === to) continue
    const exchanges = attempt % 2 === 1
    if (!exchanges && balance.groups[from]! < 2) continue
    move(groups, assigned, balance, one, to)
    if (exchanges) move(groups, assigned, balance, other, from)
    const next = balance.cost()
    if (next < cost - 1e-12) {
      cost = next
      continue
    }
    move(groups, assigned, balance, one, from)
    if (exchanges) move(groups, assigned, balance, other, to)
  }
}
