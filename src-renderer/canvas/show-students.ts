import type { SceneStudent } from '#shared/contract/scenes.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { BoxOrigin, BoxView } from './box-view.ts'

/** `both`: the label in force, else the prediction. `truth` and `model` are the panes of the comparison. */
export type ShownSide = 'both' | 'truth' | 'model'

const unknownColour = '#8a93a3'

/** The students of a scene as boxes, by labels and by what run `runId` said of them. */
export function showStudents(
  students: readonly SceneStudent[],
  classes: readonly BehaviourClass[],
  runId: number | null,
  side: ShownSide,
): BoxView[] {
  const byIndex = new Map(classes.map((one) => [one.index, one]))
  return students.map((student) => {
    const prediction = predictionOf(student, runId)
    const label = side === 'model' ? null : student.label
    const classIndex = label?.classIndex ?? (side === 'truth' ? null : (prediction?.classIndex ?? null))
    const shown = classIndex === null ? undefined : byIndex.get(classIndex)
    const wrong = side !== 'truth' && isWrong(student, runId)
    const certainty = prediction?.probabilities[prediction.classIndex] ?? null
    const rivalIndex = side === 'model' ? student.label?.classIndex : prediction?.classIndex
    return {
      id: student.id,
      box: student.box,
      colour: shown?.colour ?? unknownColour,
      letter: shown?.letter ?? '?',
      className: shown?.name ?? '',
      confidence: prediction && side !== 'truth' && classIndex === prediction.classIndex ? certainty : null,
      rivalConfidence: wrong && side === 'both' ? certainty : null,
      origin: originOf(student, side, prediction),
      rival: wrong && rivalIndex !== undefined ? (byIndex.get(rivalIndex)?.letter ?? '?') : null,
      suspicious: student.boxIssue !== null,
    }
  })
}

export const predictionOf = (student: SceneStudent, runId: number | null): Prediction | undefined =>
  runId === null ? undefined : student.predictions.find((one) => one.runId === runId)

/** Whether the run's class differs from the label in force; never where either is missing. */
export function isWrong(student: SceneStudent, runId: number | null): boolean {
  const prediction = predictionOf(student, runId)
  return student.label !== null && prediction !== undefined && student.label.classIndex !== prediction.classIndex
}

/** Whether somebody gave or accepted the label by hand. */
export const isConfirmed = (student: SceneStudent): boolean =>
  student.label !== null && student.label.source !== 'imported'

function originOf(student: SceneStudent, side: ShownSide, prediction: Prediction | undefined): BoxOrigin {
  if (side !== 'model' && student.label) return isConfirmed(student) ? 'person' : 'imported'
  // A box that only a detector drew waits for somebody's eyes, as a prediction does.
  return side !== 'truth' && (prediction || student.source === 'detected') ? 'model' : 'none'
}
