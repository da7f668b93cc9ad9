import { describe, expect, test } from 'vitest'
import { withFresh } from '../../../../src-renderer/stores/review-trail.ts'
import { reviewItem } from '../../../support/learning.ts'

const queue = (...ids: number[]) => ids.map((id) => ({ ...reviewItem(id), runId: 1 }))
const ids = (items: readonly { studentId: number }[]) => items.map((one) => one.studentId)
const nobody = () => false

describe('a new answer of the queue', () => {
  test('is the trail where there was none, and nothing where both are empty', () => {
    expect(ids(withFresh([], 0, queue(3, 1, 2), nobody))).toEqual([3, 1, 2])
    expect(withFresh([], 0, [], nobody)).toEqual([])
  })

  test('never takes away the student that is looked at, nor the way back', () => {
    expect(ids(withFresh(queue(1, 2, 3), 1, queue(9, 8), nobody))).toEqual([1, 2, 9, 8])
  })

  test('keeps what the student that is looked at was shown with', () => {
    const trail = queue(1, 2)
    const fresh = [{ ...reviewItem(1, { predicted: 4 }), runId: 2 }]
    expect(withFresh(trail, 0, fresh, nobody)[0]).toBe(trail[0])
  })

  test('leaves the next three in place while they are still wanted, and orders the rest anew', () => {
    expect(ids(withFresh(queue(1, 2, 3, 4, 5, 6), 0, queue(6, 5, 4, 3, 7), nobody))).toEqual([1, 3, 4, 5, 6, 7])
  })

  test('whoever was decided on further on stays, as on the wall', () => {
    const decided = (id: number) => id === 3
    expect(ids(withFresh(queue(1, 2, 3, 4), 0, queue(1, 9), decided))).toEqual([1, 3, 9])
  })

  test('past the end, new students come next', () => {
    expect(ids(withFresh(queue(1, 2), 2, queue(5), () => true))).toEqual([1, 2, 5])
  })
})
