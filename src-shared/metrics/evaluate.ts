import { confusionMatrix, withoutNullTruth, type ConfusionMatrix } from './confusion-matrix.ts'
import { classFigures, macroF1, macroF1NonNullClasses, percentOf, totals, weightedF1 } from './scores.ts'
import { wilsonInterval, type Interval } from './wilson-interval.ts'

/**
 * One entry per student who has both a label and a prediction, in any order: class indices and the scene's key.
 * [students]
 */
export interface EvaluationInput<Scene extends number | string = number> {
  readonly truth: ArrayLike<number>
  readonly predicted: ArrayLike<number>
  readonly sceneOf: ArrayLike<Scene>
  readonly classCount: number
  /**
   * The class of ambiguous students, or null where the classes have none: then the no-null figures leave nobody out.
   */
  readonly nullIndex: number | null
}

/** Rates in percent. The intervals are Wilson's at 95 %; of no students they are [0, 100]. */
export interface ClassEvaluation {
  readonly index: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly support: number
  /** Students predicted as this class: the n of `precision`. */
  readonly predicted: number
  readonly precisionInterval: Interval
  readonly recallInterval: Interval
}

export interface SceneEvaluation<Scene extends number | string = number> {
  readonly scene: Scene
  readonly students: number
  readonly correct: number
  readonly accuracy: number
  readonly interval: Interval
}

/** Every figure of one model against one set of labels; rates in percent, 0 over no students. */
export interface EvaluationFigures<Scene extends number | string = number> {
  readonly students: number
  readonly correct: number
  readonly accuracy: number
  readonly accuracyInterval: Interval
  /** Students whose truth is not Null, and how many of them are right: the n of the no-null figures. */
  readonly studentsNoNull: number
  readonly correctNoNull: number
  readonly accuracyNoNull: number
  readonly accuracyNoNullInterval: Interval
  readonly macroF1: number
  /** The paper's metric, see `macroF1NoNull` in scores.ts. */
  readonly macroF1NoNull: number
  /** Over the non-Null classes only, see `macroF1NonNullClasses` in scores.ts. */
  readonly macroF1NonNullClasses: number
  readonly weightedF1: number
  readonly perClass: readonly ClassEvaluation[]
  /** Rows are truth. [classes, classes] */
  readonly confusion: ConfusionMatrix
  /** In order of each scene's first student. */
  readonly scenes: readonly SceneEvaluation<Scene>[]
}

function classEvaluations(confusion: ConfusionMatrix): ClassEvaluation[] {
  return classFigures(confusion).map(({ precision, recall, f1, support, predicted, correct }, index) => ({
    index,
    precision,
    recall,
    f1,
    support,
    predicted,
    precisionInterval: wilsonInterval(correct, predicted),
    recallInterval: wilsonInterval(correct, support),
  }))
}

function sceneEvaluations<Scene extends number | string>(input: EvaluationInput<Scene>): SceneEvaluation<Scene>[] {
  const { truth, predicted, sceneOf } = input
  const counts = new Map<Scene, { students: number; correct: number }>()
  for (let row = 0; row < truth.length; row++) {
    const scene = sceneOf[row]
    if (scene === undefined) throw new RangeError(`sceneOf has no scene for student ${row}`)
    let count = counts.get(scene)
    if (!count) counts.set(scene, (count = { students: 0, correct: 0 }))
    count.students += 1
    if (truth[row] === predicted[row]) count.correct += 1
  }
  return [...counts].map(([scene, { students, correct }]) => ({
    scene,
    students,
    correct,
    accuracy: percentOf(correct, students),
    interval: wilsonInterval(correct, students),
  }))
}

/** Throws where `nullIndex` is neither null nor one of the classes. */
export function assertNullIndex(nullIndex: number | null, classCount: number): void {
  if (nullIndex !== null && !(Number.isInteger(nullIndex) && nullIndex >= 0 && nullIndex < classCount)) {
    throw new RangeError(`nullIndex is ${nullIndex}; it must be null or a class index 0 to ${classCount - 1}`)
  }
}

/**
 * All figures of predictions against truth. Throws RangeError on labels that are not class indices or arrays that do
 * not pair up.
 */
export function evaluate<Scene extends number | string>(input: EvaluationInput<Scene>): EvaluationFigures<Scene> {
  const { truth, predicted, sceneOf, classCount, nullIndex } = input
  const confusion = confusionMatrix(truth, predicted, classCount)
  assertNullIndex(nullIndex, classCount)
  if (sceneOf.length !== truth.length) {
    throw new RangeError(`sceneOf has ${sceneOf.length} entries for ${truth.length} students`)
  }
  const noNull = withoutNullTruth(confusion, nullIndex)
  const all = totals(confusion)
  const labelled = totals(noNull)
  return {
    students: all.students,
    correct: all.correct,
    accuracy: percentOf(all.correct, all.students),
    accuracyInterval: wilsonInterval(all.correct, all.students),
    studentsNoNull: labelled.students,
    correctNoNull: labelled.correct,
    accuracyNoNull: percentOf(labelled.correct, labelled.students),
    accuracyNoNullInterval: wilsonInterval(labelled.correct, labelled.students),
    macroF1: macroF1(confusion),
    macroF1NoNull: macroF1(noNull),
    macroF1NonNullClasses: macroF1NonNullClasses(confusion, nullIndex),
    weightedF1: weightedF1(confusion),
    perClass: classEvaluations(confusion),
    confusion,
    scenes: sceneEvaluations(input),
  }
}
