/** Bounds that keep a hostile file from filling memory or the stack; every honest feature file is far below them. */
export interface PickleLimits {
  /** What all values may cost together, in units of about 16 bytes of memory. A numpy array costs some 60. */
  readonly cost: number
  /** Open marks at one time. */
  readonly marks: number
  /** Longest path of containers inside containers; whoever walks the values recursively relies on it. */
  readonly depth: number
  /** Bytes of one integer. */
  readonly integerBytes: number
}

export const defaultPickleLimits: PickleLimits = { cost: 64_000_000, marks: 100_000, depth: 500, integerBytes: 4096 }

/** Costs of the values that are more than a word, in the units of `PickleLimits.cost`. */
export const valueCost = { float: 3, text: 3, bytes: 9, list: 4, tuple: 6, map: 14, set: 14, object: 10 } as const
