import { countClasses } from '../losses/class-weights.ts'
import { largestIndex } from '../evaluate-split.ts'
import type { FoldPlan } from './plan-folds.ts'

/**
 * The commonest class of the students outside each fold, for those inside. [students]
 */
export function majorityGuesses(labels: Int32Array, classes: number, { foldOf, folds }: FoldPlan): Int32Array {
  const commonest = Array.from({ length: folds }, (_, fold) =>
    largestIndex(
      countClasses(
        labels.filter((_label, row) => foldOf[row] !== fold),
        classes,
      ),
    ),
  )
  return labels.map((_, row) => commonest[foldOf[row]!]!)
}

/**
 * For each student the commonest class of those students of the same photo who are outside its fold; the commonest of all outside where
 * the photo has nobody else. What a model must beat to know more than which photo it looks at. [students]
 *
 * @param plan must hold out students, not photos
 */
export function sceneGuesses(
  labels: Int32Array,
  scenes: ArrayLike<number>,
  classes: number,
  plan: FoldPlan,
): Int32Array {
  const majority = majorityGuesses(labels, classes, plan)
  const counts = new Map<string, number[]>()
  const keyOf = (scene: number, fold: number | 'all'): string => `${scene} ${fold}`
  const add = (key: string, label: number): void => {
    const known = counts.get(key) ?? new Array<number>(classes).fill(0)
    known[label]! += 1
    counts.set(key, known)
  }
  labels.forEach((label, row) => {
    add(keyOf(scenes[row]!, 'all'), label)
    add(keyOf(scenes[row]!, plan.foldOf[row]!), label)
  })
  return labels.map((_, row) => {
    const all = counts.get(keyOf(scenes[row]!, 'all'))!
    const inside = counts.get(keyOf(scenes[row]!, plan.foldOf[row]!))!
    const outside = all.map((count, index) => count - inside[index]!)
    return outside.some((count) => count > 0) ? largestIndex(outside) : majority[row]!
  })
}
