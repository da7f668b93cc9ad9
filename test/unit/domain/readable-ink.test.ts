import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import { readableInk, relativeLuminance } from '#shared/domain/readable-ink.ts'
import { describe, expect, test } from 'vitest'

function contrast(one: string, other: string): number {
  const [dark, light] = [relativeLuminance(one), relativeLuminance(other)].toSorted((a, b) => a - b)
  return (light! + 0.05) / (dark! + 0.05)
}

describe('relativeLuminance', () => {
  test.each([
    ['#000000', 0],
    ['#ffffff', 1],
    ['#ff0000', 0.2126],
    ['#00ff00', 0.7152],
    ['#0000ff', 0.0722],
  ])('%s', (colour, luminance) => {
    expect(relativeLuminance(colour)).toBeCloseTo(luminance, 12)
  })

  test('gives the contrast that WCAG tools give for #777777 on white', () => {
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  })
})

describe('readableInk', () => {
  test.each([...rafnetClasses.map(({ colour }) => colour), '#000000', '#ffffff', '#777777'])(
    'reads on %s with at least 4.5 to 1',
    (colour) => {
      expect(contrast(colour, readableInk(colour))).toBeGreaterThanOrEqual(4.5)
    },
  )

  test('is white on black, black on white and on orange', () => {
    expect(['#000000', '#ffffff', '#ff9800'].map(readableInk)).toEqual(['#ffffff', '#000000', '#000000'])
  })
})
