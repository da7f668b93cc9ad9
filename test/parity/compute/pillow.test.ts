import { resolve } from 'node:path'
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { seededRandom } from '#shared/metrics/random.ts'
import { sumOfCrop } from '../../support/pillow-crops.ts'
import type { CropCase } from '../../support/pillow-crops.ts'
import { findPython, withoutPython } from '../../support/python.ts'

const python = findPython('PIL', 'numpy')
const program = resolve(import.meta.dirname, '../../support/pillow.py')

function randomCases(count: number): CropCase[] {
  const random = seededRandom(11)
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1))
  return Array.from({ length: count }, (_, index) => {
    const [width, height] = [between(40, 700), between(40, 500)]
    const [x1, y1] = [between(0, width - 1), between(0, height - 1)]
    const box = [x1, y1, between(x1 + 1, width), between(y1 + 1, height)] as const
    const filter = index % 2 === 0 ? 'bicubic' : 'bilinear'
    return { width, height, box, resize: between(224, 300), filter, crop: 224 }
  })
}

test.skipIf(!python)(`60 random crops equal Pillow's (${python ? 'here' : withoutPython('PIL', 'numpy')})`, () => {
  const cases = randomCases(60)
  const sums = JSON.parse(execFileSync(python!, [program, JSON.stringify(cases)], { encoding: 'utf8' })) as string[]
  expect(cases.map(sumOfCrop)).toEqual(sums)
})
