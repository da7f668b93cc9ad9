/**
 * About `count` round numbers from below `low` to above `high`: 1, 2 or 5 times a power of ten apart. A range without an extent is shown
 * from 0, and 0 itself as a part of 1.
 */
export function roundTicks(low: number, high: number, count: number): readonly number[] {
  if (low === high && low !== 0) return roundTicks(Math.min(low, 0), Math.max(low, 0), count)
  const span = high > low ? high - low : 1
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999) ?? rough
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

/** Moves places (px, any order) apart so that each is at least `gap` from the next, as near to where it was as a sweep down and up allows. */
export function spreadApart(places: readonly number[], gap: number, lowest: number): readonly number[] {
  const order = places.map((_, at) => at).sort((one, other) => places[one]! - places[other]!)
  const spread = [...places]
  for (const [rank, at] of order.entries()) {
    const before = order[rank - 1]
    if (before !== undefined) spread[at] = Math.max(spread[at]!, spread[before]! + gap)
  }
  let limit = lowest
  for (const at of [...order].reverse()) {
    spread[at] = Math.min(spread[at]!, limit)
    limit = spread[at] - gap
  }
  return spread
}
