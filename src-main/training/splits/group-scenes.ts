/** A scene as far as splitting is concerned. */
export interface SplitScene {
  /** Its room or day where those stay together; null where it has none, or where scenes stand for themselves. */
  readonly key: string | null
  /** Hash of its photo; scenes of one photo stay together, whatever they are called. */
  readonly contentHash: string | null
  /** Equal for scenes whose photos look all but the same; null where one stands alone, or was not compared. */
  readonly look: number | null
  /** Students of each class, [classes]. */
  readonly classCounts: readonly number[]
}

/** Scenes that must lie in one split. */
export interface SplitGroup {
  /** Positions in the list of scenes. */
  readonly scenes: readonly number[]
  /** [classes] */
  readonly classCounts: readonly number[]
}

/**
 * Scenes by what keeps them together: the same key, the same photo, or photos that look the same. All can chain: copies of one photo in
 * two rooms join the rooms.
 * Groups stand in the order of their first scene.
 */
export function groupScenes(scenes: readonly SplitScene[]): SplitGroup[] {
  const parents = scenes.map((_, index) => index)
  const rootOf = (index: number): number => {
    let root = index
    while (parents[root] !== root) root = parents[root]!
    parents[index] = root
    return root
  }
  const firstOf = new Map<string, number>()
  const join = (index: number, mark: string): void => {
    const first = firstOf.get(mark)
    if (first === undefined) firstOf.set(mark, index)
    else {
      const [one, other] = [rootOf(first), rootOf(index)]
      parents[Math.max(one, other)] = Math.min(one, other)
    }
  }
  for (const [index, { key, contentHash, look }] of scenes.entries()) {
    if (key !== null) join(index, `key ${key}`)
    if (contentHash !== null) join(index, `photo ${contentHash}`)
    if (look !== null) join(index, `look ${look}`)
  }
  const groups = Map.groupBy(scenes.keys(), rootOf)
  return [...groups.values()].map((members) => ({ scenes: members, classCounts: sumCounts(scenes, members) }))
}

function sumCounts(scenes: readonly SplitScene[], members: readonly number[]): number[] {
  const sums = new Array<number>(scenes[members[0]!]!.classCounts.length).fill(0)
  for (const member of members) {
    for (const [index, count] of scenes[member]!.classCounts.entries()) sums[index] = sums[index]! + count
  }
  return sums
}
