import { AppError } from '#shared/contract/app-error.ts'
import type { ComparedRun, Comparison, ComparisonTest } from '#shared/contract/evaluation.ts'
import { clusteredPermutationSteps, type ComparisonInput } from '#shared/metrics/clustered-permutation.ts'
import { evaluate } from '#shared/metrics/evaluate.ts'
import { holmAdjusted } from '#shared/metrics/holm.ts'
import { mcNemar } from '#shared/metrics/mcnemar.ts'
import type { Store } from '#main/store/store.ts'
import { createBreath } from '../exchange/breath.ts'
import { resamplingSeed } from './figure-intervals.ts'
import { runInSteps } from './run-in-steps.ts'
import { scoredRun, type ScoredRun } from './scored-run.ts'

/**
 * Two runs on the students they share: figures of both, McNemar's test, and clustered permutation tests of accuracy and the
 * paper's macro F1, corrected by Holm. Throws AppError `runs.unknown`, `evaluation.same-run` and, when aborted, `job.cancelled`.
 */
export async function compareRuns(store: Store, runA: number, runB: number, signal: AbortSignal): Promise<Comparison> {
  if (runA === runB) {
    throw new AppError('evaluation.same-run', 'A run cannot be compared with itself. Choose two different runs.', {
      run: runA,
    })
  }
  const breath = createBreath(signal)
  const first = await scoredRun(store, runA, null)
  const second = await scoredRun(store, runB, null)
  await breath()
  const pair = sharedStudents(first, second)
  await breath()
  const students = pair.truth.length
  const scenes = new Set(Array.from(pair.sceneOf)).size
  const a = comparedRun(first, pair, pair.first)
  await breath()
  const b = comparedRun(second, pair, pair.second)
  await breath()
  const { onlyFirst, onlySecond, ...counted } = mcNemar(pair.truth, pair.first, pair.second)
  const difference = a.figures.accuracy - b.figures.accuracy
  const tests = [
    { test: 'mcNemar' as const, difference, pValue: counted.exactP, permutations: null, exact: true },
    await permutationTest(pair, 'accuracy', signal),
    await permutationTest(pair, 'macroF1NoNull', signal),
  ]
  const adjusted = holmAdjusted(tests.map((one) => one.pValue))
  return {
    a,
    b,
    students,
    scenes,
    mcNemar: { onlyA: onlyFirst, onlyB: onlySecond, ...counted },
    tests: tests.map((one, place) => ({ ...one, adjustedP: adjusted[place] ?? 1 })),
    smallestP: Math.min(1, 2 ** (1 - scenes)),
  }
}

/** Both lists of students ascend by id. */
function sharedStudents(first: ScoredRun, second: ScoredRun): ComparisonInput {
  const truth: number[] = []
  const ofFirst: number[] = []
  const ofSecond: number[] = []
  const sceneOf: number[] = []
  let other = 0
  first.studentIds.forEach((id, place) => {
    while ((second.studentIds[other] ?? Infinity) < id) other += 1
    if (second.studentIds[other] !== id) return
    truth.push(first.input.truth[place] ?? 0)
    ofFirst.push(first.input.predicted[place] ?? 0)
    ofSecond.push(second.input.predicted[other] ?? 0)
    sceneOf.push(first.input.sceneOf[place] ?? 0)
  })
  const { classCount, nullIndex } = first.input
  return { truth, first: ofFirst, second: ofSecond, sceneOf, classCount, nullIndex }
}

function comparedRun({ run }: ScoredRun, pair: ComparisonInput, predicted: ArrayLike<number>): ComparedRun {
  const { truth, classCount, nullIndex } = pair
  const figures = evaluate({ truth, predicted, sceneOf: pair.sceneOf, classCount, nullIndex })
  const { accuracy, accuracyNoNull, macroF1, macroF1NoNull, macroF1NonNullClasses, weightedF1 } = figures
  return {
    runId: run.id,
    model: run.name,
    figures: { accuracy, accuracyNoNull, macroF1, macroF1NoNull, macroF1NonNullClasses, weightedF1 },
  }
}

async function permutationTest(
  pair: ComparisonInput,
  figure: 'accuracy' | 'macroF1NoNull',
  signal: AbortSignal,
): Promise<Omit<ComparisonTest, 'adjustedP'>> {
  const steps = clusteredPermutationSteps(pair, { figure, seed: resamplingSeed })
  const { difference, pValue, permutations, exact } = await runInSteps(steps, signal)
  return { test: figure, difference, pValue, permutations, exact }
}
