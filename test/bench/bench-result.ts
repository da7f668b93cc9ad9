/** One measured figure and whether it holds its bar. `holds` is null where it could not be measured; `detail` says why. */
export interface BenchResult {
  readonly name: string
  readonly value: number | null
  readonly unit: string
  /** What `value` must not exceed, or, with `atLeast`, must reach. */
  readonly bar: number
  readonly atLeast?: boolean
  readonly holds: boolean | null
  readonly detail: string
}
