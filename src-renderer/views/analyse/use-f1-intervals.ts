import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Evaluation } from '#shared/contract/evaluation.ts'
import { nullClassIndex } from '#shared/domain/behaviour-class.ts'
import { resampleConfusion } from '#shared/metrics/bootstrap-confusion.ts'
import { percentileInterval } from '#shared/metrics/percentile-interval.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { macroF1, macroF1NoNull, macroF1NonNullClasses, weightedF1 } from '#shared/metrics/scores.ts'
import type { Interval } from '#shared/metrics/wilson-interval.ts'

export type F1Figure = 'macroF1' | 'macroF1NoNull' | 'macroF1NonNullClasses' | 'weightedF1'
export type F1Intervals = Readonly<Record<F1Figure, Interval>>

export const resamples = 1000
const sliceMs = 8

/**
 * 95 % bootstrap intervals of the F1 figures: `resamples` draws of the students, in slices short enough that no frame is
 * missed. Null until they are ready, and again when the evaluation changes. Seeded, so the same figures give the same interval.
 */
export function useF1Intervals(evaluation: Ref<Evaluation | null>) {
  const intervals = shallowRef<F1Intervals | null>(null)
  let turn = 0

  watch(
    evaluation,
    async (current) => {
      const mine = ++turn
      intervals.value = null
      if (!current || current.students === 0) return
      const found = await bootstrap(current, () => mine === turn)
      if (mine === turn) intervals.value = found
    },
    { immediate: true },
  )
  onScopeDispose(() => (turn += 1))
  return intervals
}

async function bootstrap(evaluation: Evaluation, wanted: () => boolean): Promise<F1Intervals | null> {
  const nullIndex = nullClassIndex(evaluation.classes.map((score) => score.class))
  const random = seededRandom(20_260_101)
  const values: Record<F1Figure, number[]> = {
    macroF1: [],
    macroF1NoNull: [],
    macroF1NonNullClasses: [],
    weightedF1: [],
  }
  let sliceStart = performance.now()
  for (let draw = 0; draw < resamples; draw++) {
    const sample = resampleConfusion(evaluation.confusion, random)
    values.macroF1.push(macroF1(sample))
    values.macroF1NoNull.push(macroF1NoNull(sample, nullIndex))
    values.macroF1NonNullClasses.push(macroF1NonNullClasses(sample, nullIndex))
    values.weightedF1.push(weightedF1(sample))
    if (performance.now() - sliceStart < sliceMs) continue
    await new Promise((resolve) => setTimeout(resolve))
    if (!wanted()) return null
    sliceStart = performance.now()
  }
  return {
    macroF1: percentileInterval(values.macroF1),
    macroF1NoNull: percentileInterval(values.macroF1NoNull),
    macroF1NonNullClasses: percentileInterval(values.macroF1NonNullClasses),
    weightedF1: percentileInterval(values.weightedF1),
  }
}
