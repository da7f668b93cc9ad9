import { expect, it } from 'vitest'
import { uniqueIds } from '#main/exchange/rafnet/unique-ids.ts'

it.each([
  [[], []],
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [
    ['a', 'a', 'a'],
    ['a', 'a (2)', 'a (3)'],
  ],
  [
    ['a', 'a (2)', 'a'],
    ['a', 'a (2)', 'a (3)'],
  ],
  [
    ['a', 'a', 'a (2)'],
    ['a', 'a (3)', 'a (2)'],
  ],
  [
    ['', ''],
    ['', ' (2)'],
  ],
])('numbers the repetitions of %j', (ids, unique) => expect(uniqueIds(ids)).toEqual(unique))
