import { describe, expect, test } from 'vitest'
import { noiseStatistics, relativeDistance } from '#main/workbench/extraction/noise-statistics.ts'

const student = (classes: readonly number[], label: number | null = null, vectorDistance = 0) => ({
  classes,
  label,
  vectorDistance,
})

describe('answers under several draws', () => {
  test('count as changed once one draw differs, under the class that most draws gave', () => {
    const found = noiseStatistics([student([1, 1, 1]), student([1, 2, 1]), student([0, 2, 2])], 3, 3)
    expect(found).toMatchObject({ draws: 3, students: 3, unstable: 2 })
    expect(found.classes).toEqual([
      { classIndex: 0, students: 0, unstable: 0 },
      { classIndex: 1, students: 2, unstable: 1 },
      { classIndex: 2, students: 1, unstable: 1 },
    ])
  })

  test('a tie goes to the lower class', () => {
    expect(noiseStatistics([student([2, 0])], 2, 3).classes[0]).toEqual({ classIndex: 0, students: 1, unstable: 1 })
  })

  test('accuracies are those of labelled students, one a draw; without labels there are none', () => {
    const students = [student([1, 0], 1), student([1, 1], 1), student([0, 0])]
    expect(noiseStatistics(students, 2, 2).accuracies).toEqual([100, 50])
    expect(noiseStatistics([student([0, 0])], 2, 2).accuracies).toEqual([])
  })

  test('nobody at all', () => {
    expect(noiseStatistics([], 2, 2)).toEqual({
      draws: 2,
      students: 0,
      unstable: 0,
      classes: [
        { classIndex: 0, students: 0, unstable: 0 },
        { classIndex: 1, students: 0, unstable: 0 },
      ],
      accuracies: [],
      meanVectorDistance: 0,
    })
  })

  test('distances are relative to the first vector and averaged over students', () => {
    expect(relativeDistance(Float32Array.of(3, 8), Float32Array.of(3, 4))).toBeCloseTo(0.8)
    expect(relativeDistance(Float32Array.of(0, 0), Float32Array.of(0, 0))).toBe(0)
    expect(noiseStatistics([student([0], null, 0.2), student([0], null, 0.4)], 1, 1).meanVectorDistance).toBeCloseTo(
      0.3,
    )
  })
})
