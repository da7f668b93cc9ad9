import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'

/** The class that a digit key sets: 1 is the first class in index order. */
export const classForDigit = (classes: readonly BehaviourClass[], digit: number): BehaviourClass | undefined =>
  classes[digit - 1]

export const classDigits = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const
