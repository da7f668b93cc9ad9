import { AppError } from '#shared/contract/app-error.ts'
import type { Comparison, ComparisonTest } from '#shared/contract/evaluation.ts'
import { clusteredPermutationSteps, type ComparisonInput } from '#shared/metrics/clustered-permutation.ts'
import { holmAdjusted } from '#shared/metrics/holm.ts'
import { mcNemar } from '#shared/metrics/mcnemar.ts'
import type { Store } from '#main/store/store.ts'
import { createBreath } from '../exchange/breath.ts'
import { resamplingSeed } from './figure-intervals.ts'
import { runInSteps } from './run-in-steps.ts'
import { scoredRun } from './scored-run.ts'
import { comparedRun, sharedFigures, sharedStudents, type SharedStudents } from './shared-students.ts'

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
  const shared = await sharedStudents([first, second], signal)
  const pair = pairOf(shared)
  const students = pair.truth.length
  const scenes = new Set(Array.from(pair.sceneOf)).size
  const a = comparedRun(first, sharedFigures(shared, 0))
  await breath()
  const b = comparedRun(second, sharedFigures(shared, 1))
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

const pairOf = ({ predicted: [first = [], second = []], ...students }: SharedStudents): ComparisonInput => ({
  ...students,
  first,
  second,
})

async function permutationTest(
  pair: ComparisonInput,
  figure: 'accuracy' | 'macroF1NoNull',
  signal: AbortSignal,
): Promise<Omit<ComparisonTest, 'adjustedP'>> {
  const steps = clusteredPermutationSteps(pair, { figure, seed: resamplingSeed })
  const { difference, pValue, permutations, exact } = await runInSteps(steps, signal)
  return { test: figure, difference, pValue, permutations, exact }
}
