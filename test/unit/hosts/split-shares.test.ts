import { expect, test } from 'vitest'
import { dataOf } from '#main/hosts/cli/commands/train-project.ts'
import { thrownAppError } from '../../support/app-error.ts'

const sharesOf = (shares: string) =>
  dataOf({ splits: 'made', together: 'scene', splitSeed: '41', shares }).shares ?? { train: 0, val: 0, test: 0 }

test('shares are told as the interface tells them, whatever they sum up to', () => {
  expect(sharesOf('70,15,15')).toEqual({ train: 0.7, val: 0.15, test: 0.15 })
  expect(Object.values(sharesOf('14,3,3')).map((share) => share.toFixed(12))).toEqual(
    [0.7, 0.15, 0.15].map((share) => share.toFixed(12)),
  )
})

test.each(['70,15', '70,15,15,0', '70,15,0', '70,15,-1', '70,,15', 'a,b,c', '1,1,Infinity'])(
  '%s is refused',
  (shares) => {
    expect(thrownAppError(() => sharesOf(shares)).code).toBe('cli.usage')
  },
)
