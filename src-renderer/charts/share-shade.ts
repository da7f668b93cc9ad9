/** The shade of one part among `count`: all of one hue, told apart by strength; names and numbers beside it say which. */
export function shareShade(at: number, count: number): string {
  const strength = 100 - (at * 70) / Math.max(1, count - 1)
  return `color-mix(in srgb, var(--accent) ${strength}%, var(--surface))`
}
