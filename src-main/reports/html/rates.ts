type Range = readonly [low: number, high: number]

export const percent = (value: number): string => `${value.toFixed(1)} %`
export const range = ([low, high]: Range): string => `${low.toFixed(1)}–${high.toFixed(1)} %`

/** A rate and its interval on a line from 0 to 100 %. */
export const whisker = (value: number, [low, high]: Range): string =>
  `<svg width="120" height="14" role="img" aria-label="${percent(value)}, ${range([low, high])}"><line x1="0" x2="120" y1="7" y2="7" stroke="#dde3ea"/><line x1="${(low * 1.2).toFixed(1)}" x2="${(high * 1.2).toFixed(1)}" y1="7" y2="7" stroke="#1f5ab8" stroke-width="2"/><circle cx="${(value * 1.2).toFixed(1)}" cy="7" r="4" fill="#1f5ab8"/></svg>`
