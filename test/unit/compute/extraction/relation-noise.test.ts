import { describe, expect, test } from 'vitest'
import { drawNoise, gumbel } from '#main/compute/extraction/relation-noise.ts'

const shape = { block: 'hyper3', edges: 400, types: 10 }
const draw = { seed: 3, draw: 0, scene: 'room/1.jpg' }

describe('Gumbel noise', () => {
  test('is finite for every uniform number', () => {
    expect(gumbel(0)).toBeCloseTo(-Math.log(-Math.log(1e-10)), 6)
    expect(gumbel(1)).toBeCloseTo(-Math.log(1e-10), 6)
    expect(gumbel(1 - 2 ** -53)).toBe(gumbel(1))
    expect(gumbel(1 - 2 ** -24)).toBeCloseTo(-Math.log(2 ** -24), 1)
    expect(gumbel(Math.exp(-1))).toBeCloseTo(0, 6)
  })

  test('a draw is the same for the same seed, draw, block and scene, and for nothing else', () => {
    const noise = drawNoise(draw, shape)
    expect(noise).toHaveLength(4000)
    expect(drawNoise(draw, shape)).toEqual(noise)
    for (const other of [{ seed: 4 }, { draw: 1 }, { scene: 'room/2.jpg' }]) {
      expect(drawNoise({ ...draw, ...other }, shape)).not.toEqual(noise)
    }
    expect(drawNoise(draw, { ...shape, block: 'hyper5' })).not.toEqual(noise)
  })

  test('has the mean and variance of the standard Gumbel distribution', () => {
    const noise = drawNoise(draw, { ...shape, edges: 10_000 })
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length
    const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length
    expect(mean).toBeCloseTo(0.5772, 1)
    expect(variance).toBeCloseTo(Math.PI ** 2 / 6, 1)
  })
})
