/** One thing that an import, export or run found, and what was done about it. */
export interface Finding {
  /** Stable code such as `box-inverted`; the renderer translates it, the command line prints `message`. */
  readonly code: string
  readonly severity: 'info' | 'warning' | 'error'
  readonly count: number
  /** At most five places, as `166.jpg, student 30`. */
  readonly examples: readonly string[]
  /** What was found and what was done about it, in English. */
  readonly message: string
}

/** Rows that were left out, by reason. */
export interface Omission {
  readonly code: string
  readonly reason: string
  readonly count: number
}
