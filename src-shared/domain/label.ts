/** `withdrawn` takes an annotator's opinion back: labels are append-only and undo appends too. */
export type LabelSource = 'imported' | 'person' | 'accepted' | 'adjudicated' | 'withdrawn'

/** One row of the append-only label history. */
export interface Label {
  readonly id: number
  readonly studentId: number
  /** null only where the opinion was withdrawn. */
  readonly classIndex: number | null
  readonly annotator: string
  readonly source: LabelSource
  /** ISO 8601, UTC. */
  readonly at: string
  /**
   * Orders opinions. A label's rank is its own id, except that a label appended by undo takes the rank of the label it
   * restores, so that undoing never makes an old opinion the newest.
   */
  readonly rank: number
}

/**
 * The label in force of one student: the adjudicated one, else the newest of any annotator, else the imported one.
 * `history` holds the student's labels in any order.
 */
export function labelInForce(history: readonly Label[]): Label | null {
  const latest = new Map<string, Label>()
  for (const label of history) {
    const key = opinionKey(label)
    const known = latest.get(key)
    if (!known || label.id > known.id) latest.set(key, label)
  }
  const standing = [...latest.values()].filter((label) => label.source !== 'withdrawn')
  const newest = (labels: readonly Label[]) =>
    labels.reduce<Label | null>((best, label) => (best && best.rank >= label.rank ? best : label), null)
  return (
    newest(standing.filter((label) => label.source === 'adjudicated')) ??
    newest(standing.filter((label) => label.source !== 'imported')) ??
    newest(standing)
  )
}

/** Imported labels are an opinion of their own, beside whatever the same annotator said by hand. */
const opinionKey = (label: Label): string => (label.source === 'imported' ? 'imported' : `annotator ${label.annotator}`)
