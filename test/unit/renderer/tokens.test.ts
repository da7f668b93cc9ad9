import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { relativeLuminance } from '#shared/domain/readable-ink.ts'

const css = readFileSync(join(import.meta.dirname, '../../../src-renderer/styles/tokens.css'), 'utf8')
const tokensOf = (selector: string) => {
  const start = css.indexOf(`${selector} {`)
  const block = css.slice(start, css.indexOf('\n}', start))
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]))
}
const themes = { light: tokensOf(':root'), dark: tokensOf(":root[data-theme='dark']") }

const contrast = (one: string, other: string) => {
  const [a, b] = [relativeLuminance(one) + 0.05, relativeLuminance(other) + 0.05]
  return Math.max(a, b) / Math.min(a, b)
}

const surfaces = ['app', 'surface', 'raised']
const pairs: readonly (readonly [string, readonly string[]])[] = [
  ['ink', [...surfaces, 'hover', 'accent-soft', 'danger-soft', 'ok-soft']],
  ['ink-2', [...surfaces, 'hover', 'danger-soft', 'ok-soft']],
  ['ink-3', surfaces],
  ['accent-text', ['surface', 'app', 'accent-soft']],
  ['accent-ink', ['accent']],
  ['ok', ['surface', 'app', 'ok-soft']],
  ['warn', ['surface', 'app', 'warn-soft']],
  ['danger', ['surface', 'app', 'danger-soft']],
  ['info', ['surface', 'info-soft']],
]

describe.each(Object.entries(themes))('the %s theme', (_name, tokens) => {
  test.each(pairs.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s reads on %s (AA)',
    (text, ground) => {
      expect(contrast(tokens.get(text)!, tokens.get(ground)!)).toBeGreaterThanOrEqual(4.5)
    },
  )

  test.each(surfaces)('the focus ring stands out on %s', (ground) => {
    expect(contrast(tokens.get('focus')!, tokens.get(ground)!)).toBeGreaterThanOrEqual(3)
  })
})

test('both themes define the same colours', () => {
  expect([...themes.dark.keys()].sort()).toEqual([...themes.light.keys()].sort())
})
