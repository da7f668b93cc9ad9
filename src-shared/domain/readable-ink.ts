/** Black or white, whichever reads better on a background of `#rrggbb` (the contrast ratio of WCAG 2.2). */
export function readableInk(colour: string): '#000000' | '#ffffff' {
  const luminance = relativeLuminance(colour)
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff'
}

/** Relative luminance of `#rrggbb`, 0 for black to 1 for white (WCAG 2.2). */
export function relativeLuminance(colour: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
