import { expect, test } from 'vitest'
import type { Noise } from '#shared/contract/extraction.ts'
import { describeProducer } from '#main/workbench/extraction/modality-place.ts'

const told = (noise: Noise | null): string =>
  describeProducer({
    kind: 'relation',
    weightsFile: 'relation.pkl',
    weightsSha256: '0123456789abcdef'.repeat(4),
    family: 'grouprec',
    precision: 'float32',
    noise,
    provider: 'cpu',
    appVersion: '0.1.0',
    createdAt: '2026-01-01T00:00:00.000Z',
  })

test.each<[Noise | null, string]>([
  [null, 'relation.pkl (sha256 0123456789ab, float32)'],
  [{ kind: 'none' }, 'relation.pkl (sha256 0123456789ab, float32, without noise)'],
  [{ kind: 'seed', seed: 0 }, 'relation.pkl (sha256 0123456789ab, float32, noise of seed 0)'],
  [
    { kind: 'mean', draws: 16, seed: 7 },
    'relation.pkl (sha256 0123456789ab, float32, mean of 16 draws of noise from seed 7)',
  ],
])('who made vectors is told in words, the noise %o too', (noise, sentence) => {
  expect(told(noise)).toBe(sentence)
})
