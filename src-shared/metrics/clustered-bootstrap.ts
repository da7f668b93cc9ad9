import { matrixOfCells } from './confusion-matrix.ts'
import { assertNullIndex, type EvaluationInput } from './evaluate.ts'
import { figureNames, headlineFigures, type FigureName } from './headline-figures.ts'
import { percentileInterval } from './percentile-interval.ts'
import { seededRandom } from './random.ts'
import { addScene, sceneCells } from './scene-cells.ts'
import { classFigures } from './scores.ts'
import { toTheEnd, type Steps } from './steps.ts'
import type { Interval } from './wilson-interval.ts'

export interface BootstrapOptions {
  readonly seed: number
  readonly resamples?: number
  readonly confidence?: number
}

export interface BootstrapFigures {
  readonly scenes: number
  readonly resamples: number
  /**
   * Percent. Null with fewer than two scenes, which say nothing of how scenes differ, and for figures over no
   * students.
   */
  readonly intervals: Readonly<Record<FigureName, Interval | null>>
  /** The same of every class's F1, in class order; null for a class that is neither in truth nor predicted. [classes] */
  readonly classF1: readonly (Interval | null)[]
}

/**
 * Percentile intervals of every headline figure by drawing whole scenes with replacement (cluster bootstrap, Field and
 * Welsh 2007): students of one photo share its light, teacher and moment, so drawing single students would promise too
 * much. Seeded. Draws without a student whose truth is not Null are left out of the no-null figures, draws that have a
 * class neither in truth nor predicted out of its F1. Throws RangeError as `evaluate`.
 */
export function clusteredBootstrap(
  input: EvaluationInput<number | string>,
  options: BootstrapOptions,
): BootstrapFigures {
  return toTheEnd(clusteredBootstrapSteps(input, options))
}

/** `clusteredBootstrap`, one resample a step. */
export function* clusteredBootstrapSteps(
  input: EvaluationInput<number | string>,
  { seed, resamples = 2000, confidence = 0.95 }: BootstrapOptions,
): Steps<BootstrapFigures> {
  const { truth, predicted, sceneOf, classCount, nullIndex } = input
  const scenes = sceneCells(truth, predicted, sceneOf, classCount)
  assertNullIndex(nullIndex, classCount)
  if (!(Number.isInteger(resamples) && resamples >= 1))
    throw new RangeError(`resamples must be 1 or more: ${resamples}`)
  const random = seededRandom(seed)
  yield
  const drawn: Record<FigureName, number[]> = {
    accuracy: [],
    accuracyNoNull: [],
    macroF1: [],
    macroF1NoNull: [],
    macroF1NonNullClasses: [],
    weightedF1: [],
  }
  const drawnF1 = Array.from({ length: classCount }, (): number[] => [])
  const cells = new Float64Array(classCount * classCount)
  for (let resample = 0; scenes.sceneCount >= 2 && resample < resamples; resample++) {
    cells.fill(0)
    for (let draw = 0; draw < scenes.sceneCount; draw++) {
      addScene(cells, scenes, Math.floor(random() * scenes.sceneCount), 1)
    }
    const matrix = matrixOfCells(cells, classCount)
    const figures = headlineFigures(matrix, nullIndex)
    for (const name of figureNames) {
      const figure = figures[name]
      if (figure !== null) drawn[name].push(figure)
    }
    for (const [index, { f1, support, predicted }] of classFigures(matrix).entries()) {
      if (support + predicted > 0) drawnF1[index]?.push(f1)
    }
    yield
  }
  const intervalOf = (values: readonly number[]): Interval | null =>
    values.length > 0 ? percentileInterval(values, confidence) : null
  const interval = (name: FigureName): Interval | null => intervalOf(drawn[name])
  return {
    scenes: scenes.sceneCount,
    resamples,
    intervals: {
      accuracy: interval('accuracy'),
      accuracyNoNull: interval('accuracyNoNull'),
      macroF1: interval('macroF1'),
      macroF1NoNull: interval('macroF1NoNull'),
      macroF1NonNullClasses: interval('macroF1NonNullClasses'),
      weightedF1: interval('weightedF1'),
    },
    classF1: drawnF1.map(intervalOf),
  }
}
