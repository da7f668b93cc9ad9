import { expect, test } from 'vitest'
import { correctionsNeeded } from '#main/workbench/learning/when-to-learn.ts'

test.each([
  ['nothing yet', { corrected: 0, fresh: 0, learntFrom: null }, 24],
  ['one short of the first', { corrected: 23, fresh: 23, learntFrom: null }, 1],
  ['enough for the first', { corrected: 24, fresh: 24, learntFrom: null }, 0],
  ['far more than enough', { corrected: 500, fresh: 500, learntFrom: null }, 0],
  ['just learnt', { corrected: 24, fresh: 0, learntFrom: 24 }, 15],
  ['fifteen more', { corrected: 39, fresh: 15, learntFrom: 24 }, 0],
  ['fifteen said again', { corrected: 30, fresh: 15, learntFrom: 30 }, 0],
  ['a fifth of many', { corrected: 330, fresh: 30, learntFrom: 300 }, 30],
  ['a fifth is reached', { corrected: 360, fresh: 60, learntFrom: 300 }, 0],
  ['a version of imported labels alone waits for the first 24', { corrected: 20, fresh: 20, learntFrom: 0 }, 4],
  ['labels taken back', { corrected: 5, fresh: 0, learntFrom: 24 }, 19],
])('%s', (_name, state, needed) => expect(correctionsNeeded(state)).toBe(needed))
