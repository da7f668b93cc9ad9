import { clusteredBootstrapSteps } from '#shared/metrics/clustered-bootstrap.ts'
import { confusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import { macroF1NoNull } from '#shared/metrics/scores.ts'
import type { Steps } from '#shared/metrics/steps.ts'
import { wilsonInterval } from '#shared/metrics/wilson-interval.ts'
import type { Interval } from '#shared/metrics/wilson-interval.ts'
import type { FoldPlan } from './plan-folds.ts'
import { leastScenes, studentFolds } from './plan-folds.ts'
import { majorityGuesses, sceneGuesses } from './plain-guesses.ts'

/** Students who were held out, and what was said of them. [students] each */
export interface HeldOutAnswers {
  readonly labels: Int32Array
  readonly predicted: Int32Array
  readonly scenes: Uint32Array
  readonly classes: number
  readonly nullIndex: number | null
  readonly plan: FoldPlan
  readonly seed: number
}

export interface HeldOutFigures {
  readonly correct: number
  /** Percent, 95 %. */
  readonly interval: Interval
  /** Percent. */
  readonly macroF1NoNull: number
  readonly majorityCorrect: number
  readonly sceneOnlyCorrect: number
}

const resamples = 1000

/**
 * How right a head is out of sample, beside two guesses that need no vector. The majority is that of the same folds; the guess by photo
 * holds out students, whatever the plan: with the whole photo held out it would have nothing to go by.
 */
export function* judgeHeldOut(answers: HeldOutAnswers): Steps<HeldOutFigures> {
  const { labels, predicted, scenes, classes, nullIndex, plan, seed } = answers
  const hits = (guesses: Int32Array): number => labels.filter((label, row) => guesses[row] === label).length
  const byStudent = plan.heldOut === 'students' ? plan : studentFolds(labels, scenes)
  const correct = hits(predicted)
  const wilson = wilsonInterval(correct, labels.length)
  yield
  // Students of one photo are alike, so that their number promises too much; a few photos promise nothing.
  const sceneOf = Array.from(scenes)
  const input = { truth: labels, predicted, sceneOf, classCount: classes, nullIndex }
  const { intervals } =
    plan.scenes < leastScenes ? { intervals: null } : yield* clusteredBootstrapSteps(input, { seed, resamples })
  return {
    correct,
    interval: wider(wilson, intervals?.accuracy ?? wilson),
    macroF1NoNull: macroF1NoNull(confusionMatrix(labels, predicted, classes), nullIndex),
    majorityCorrect: hits(majorityGuesses(labels, classes, plan)),
    sceneOnlyCorrect: hits(sceneGuesses(labels, scenes, classes, byStudent)),
  }
}

const wider = (one: Interval, other: Interval): Interval => (other[1] - other[0] > one[1] - one[0] ? other : one)
