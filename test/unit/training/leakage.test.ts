import { expect, test } from 'vitest'
import { findLeakage } from '#main/training/leakage.ts'

test('a photo on two sides is leakage, however its path is written; none is null', () => {
  expect(findLeakage({ train: ['a.jpg', 'a.jpg'], val: ['b.jpg'], test: [] })).toBeNull()
  const leakage = findLeakage({ train: ['r\\1.jpg', 'x.jpg'], val: ['./r/1.jpg', 'y.jpg'], test: ['r/1.jpg', 'y.jpg'] })
  expect(leakage?.photos).toBe(2)
  expect(leakage?.pairs.map(({ splits, photos }) => [...splits, photos])).toEqual([
    ['train', 'val', 1],
    ['train', 'test', 1],
    ['val', 'test', 2],
  ])
})
