import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { ActionHandlers } from '../stores/actions.ts'

/** The class that a digit key sets: 1 is the first class in index order. */
export const classForDigit = (classes: readonly BehaviourClass[], digit: number): BehaviourClass | undefined =>
  classes[digit - 1]

export const classDigits = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const

/** The actions of the digit keys: each gives its class, where there is one and `when` says so. */
export const classActions = (
  classes: () => readonly BehaviourClass[],
  give: (classIndex: number) => unknown,
  when: () => boolean,
): ActionHandlers =>
  Object.fromEntries(
    classDigits.map((digit) => {
      const wanted = () => classForDigit(classes(), digit)
      return [`class.set-${digit}`, { run: () => give(wanted()!.index), when: () => when() && wanted() !== undefined }]
    }),
  )
