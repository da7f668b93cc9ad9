import { expect, test } from 'vitest'
import { parseNoise } from '#main/hosts/cli/commands/embed.ts'
import { thrownAppError } from '../../support/app-error.ts'

test.each([
  ['none', { kind: 'none' }],
  ['seed:0', { kind: 'seed', seed: 0 }],
  ['seed:41', { kind: 'seed', seed: 41 }],
  ['mean:20', { kind: 'mean', draws: 20, seed: 0 }],
  ['mean:2:7', { kind: 'mean', draws: 2, seed: 7 }],
])('--noise %s', (text, noise) => {
  expect(parseNoise(text)).toEqual(noise)
})

test.each([
  '',
  'seed',
  'seed:',
  'seed:-1',
  'seed:1.5',
  'seed:1:2',
  'mean',
  'mean:1',
  'mean:1001',
  'mean:3:x',
  'mean:3:1:2',
  'some',
])('--noise "%s" is refused', (text) => {
  expect(thrownAppError(() => parseNoise(text)).code).toBe('cli.usage')
})
