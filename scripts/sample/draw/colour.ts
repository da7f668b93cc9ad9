/** Mixes a `#rrggbb` colour with white (amount above 0) or black (below 0). */
export function shade(colour: string, amount: number): string {
  const goal = amount > 0 ? 255 : 0
  return mapChannels(colour, (channel) => channel + (goal - channel) * Math.abs(amount))
}

/** A colour between two `#rrggbb` colours. */
export function blend(from: string, to: string, share: number): string {
  const other = channelsOf(to)
  return mapChannels(from, (channel, index) => channel * (1 - share) + other[index]! * share)
}

/** A `#rrggbb` colour with an opacity from 0 to 1. */
export function fade(colour: string, opacity: number): string {
  return `rgba(${channelsOf(colour).join(', ')}, ${opacity.toFixed(3)})`
}

function channelsOf(colour: string): readonly number[] {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16))
}

function mapChannels(colour: string, change: (channel: number, index: number) => number): string {
  const changed = channelsOf(colour).map((channel, index) =>
    Math.max(0, Math.min(255, Math.round(change(channel, index)))),
  )
  return `#${changed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
