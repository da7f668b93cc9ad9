import type { StudentCard } from '#shared/contract/evaluation.ts'

export interface WallCard extends StudentCard {
  /** The class given here since the wall opened, where it differs from the one the wall was opened with. */
  readonly changedFrom: number | null
  /** What else was decided here, in a word. */
  readonly note?: string
}
