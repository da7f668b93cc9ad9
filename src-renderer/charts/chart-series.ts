/** One line of a chart; lines of one group (a seed) share their mark and are read out together. */
export interface ChartSeries {
  readonly group: string
  /** Place of the group among all, which gives its mark. */
  readonly place: number
  /** What the line is within its group, as `train`; empty where a group has one line. */
  readonly role: string
  /** A thinner line that steps back behind the others. */
  readonly faint: boolean
  /** By x, ascending. */
  readonly points: readonly ChartPoint[]
  /** A point that stands out, as the best epoch. */
  readonly best: ChartPoint | null
}

export interface ChartPoint {
  readonly x: number
  readonly y: number
}

const colours = ['--accent-text', '--warn', '--ok', '--danger', '--ink-2']
const dashes = ['none', '7 3', '2 2.5', '9 3 2 3', '4 2']

/** Colour and dash of a group: no two of 25 groups share both, so that hue never stands alone. */
export function lineMark(place: number): { readonly colour: string; readonly dash: string } {
  const round = Math.floor(place / colours.length)
  return {
    colour: `var(${colours[place % colours.length]})`,
    dash: dashes[(place + round) % dashes.length]!,
  }
}
