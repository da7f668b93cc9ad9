import { describe, expect, it } from 'vitest'
import { clusteredBootstrapSteps } from '#shared/metrics/clustered-bootstrap.ts'
import { clusteredPermutationSteps } from '#shared/metrics/clustered-permutation.ts'
import { toTheEnd, type Steps } from '#shared/metrics/steps.ts'
import * as fixture from './comparison-fixture.ts'

const { truth, first, second, sceneOf, classCount, nullIndex } = fixture

function count(steps: Steps<unknown>): number {
  let taken = 0
  while (!steps.next().done) taken += 1
  return taken
}

describe('a calculation in steps', () => {
  it('pauses after counting the scenes, after every resample and after every exchange', () => {
    const input = { truth, predicted: second, sceneOf, classCount, nullIndex }
    expect(count(clusteredBootstrapSteps(input, { seed: 1, resamples: 7 }))).toBe(8)
    const pair = { truth, first, second, sceneOf, classCount, nullIndex }
    expect(count(clusteredPermutationSteps(pair, { figure: 'accuracy', seed: 1, permutations: 9 }))).toBe(11)
  })

  it('draws nothing where there is nothing to draw', () => {
    const one = { truth: [0], predicted: [0], sceneOf: [1], classCount: 2, nullIndex: null }
    expect(count(clusteredBootstrapSteps(one, { seed: 1 }))).toBe(1)
  })

  it('taken to the end gives its result, and what it throws', () => {
    const three = function* (): Steps<number> {
      yield
      yield
      return 3
    }
    expect(toTheEnd(three())).toBe(3)
    const wrong = { truth: [9], predicted: [0], sceneOf: [1], classCount: 2, nullIndex: null }
    expect(() => toTheEnd(clusteredBootstrapSteps(wrong, { seed: 1 }))).toThrow(RangeError)
  })
})
