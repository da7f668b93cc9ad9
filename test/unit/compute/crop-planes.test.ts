import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cropRegion } from '#main/compute/images/crop-planes.ts'
import { sumOfCrop } from '../../support/pillow-crops.ts'
import type { CropCase } from '../../support/pillow-crops.ts'

const fixture = resolve(import.meta.dirname, '../../fixtures/pillow/crops.json')
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as {
  readonly cases: readonly (CropCase & { readonly name: string; readonly sha256: string })[]
}

describe("crops equal Pillow's, byte for byte", () => {
  test.each(cases)('$name', ({ sha256, ...crop }) => expect(sumOfCrop(crop)).toBe(sha256))
})

describe('the whole pixels of a box', () => {
  const photo = { widthPx: 100, heightPx: 80 }
  const boxes: readonly [string, [number, number, number, number], unknown][] = [
    ['inside', [10, 20, 30, 50], { x: 10, y: 20, width: 20, height: 30 }],
    ['corners are cut towards zero', [10.9, 20.9, 30.9, 50.9], { x: 10, y: 20, width: 20, height: 30 }],
    ['beyond the photo', [-5.7, -0.5, 200, 80.9], { x: 0, y: 0, width: 100, height: 80 }],
    ['the whole photo', [0, 0, 100, 80], { x: 0, y: 0, width: 100, height: 80 }],
    ['less than a pixel but over a border', [9.9, 9.9, 10.1, 10.1], { x: 9, y: 9, width: 1, height: 1 }],
    ['inside one pixel', [9.1, 9.1, 9.9, 9.9], null],
    ['inverted', [30, 20, 10, 50], null],
    ['upside down', [10, 136, 30, 84.8], null],
    ['without width', [10, 20, 10, 50], null],
    ['left of the photo', [-30, 10, -5, 20], null],
    ['right of the photo', [100, 10, 120, 20], null],
    ['no number', [NaN, 10, 20, 30], null],
    ['endless', [-Infinity, -Infinity, Infinity, Infinity], { x: 0, y: 0, width: 100, height: 80 }],
  ]
  test.each(boxes)('%s', (_, box, expected) => expect(cropRegion(box, photo)).toEqual(expected))
})
