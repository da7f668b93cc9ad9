import { stratifiedFolds } from '../baselines/stratified-folds.ts'
import { assignGroups } from '../splits/assign-groups.ts'

/** Folds where there are enough photos, or students, for so many. */
export const mostFolds = 5
/** With fewer photos than this, leaving whole photos out would leave hardly any to learn from. */
export const leastScenes = 3

/** Where more than this share of the students have a class of one photo alone, leaving it out would ask for what nobody could learn. */
const mostOfOnePhoto = 0.1
/** With fewer photos than this nothing can be told of how photos differ, and strengths are chosen by holding out students. */
const leastScenesToTune = 6

export interface FoldPlan {
  /** What is held out together. */
  readonly heldOut: 'scenes' | 'students'
  readonly folds: number
  /** Photos among the students. */
  readonly scenes: number
  /** [students] */
  readonly foldOf: Int32Array
}

/** How students are held out. */
export interface LearningFolds {
  /** To tell how right the head is. */
  readonly judging: FoldPlan
  /** To choose how strongly weights are held back, and how sure it may be. */
  readonly tuning: FoldPlan
  /** One by one, whatever their photo. */
  readonly students: FoldPlan
}

/**
 * Folds for whole photos where there are enough of them to judge by, and to tune by, and classes are spread over them; else for students.
 *
 * @param labels class indices below `classes`. [students]
 * @param scenes equal for students of one photo. [students]
 */
export function planFolds(labels: Int32Array, scenes: ArrayLike<number>, classes: number, seed: number): LearningFolds {
  const students = studentFolds(labels, scenes)
  const byScene = students.scenes >= leastScenes && shareOfOnePhoto(labels, scenes) <= mostOfOnePhoto
  const judging = byScene ? sceneFolds(labels, scenes, classes, seed) : students
  return { judging, students, tuning: students.scenes < leastScenesToTune ? students : judging }
}

/** Share of the students whose class occurs in no other photo. */
function shareOfOnePhoto(labels: Int32Array, scenes: ArrayLike<number>): number {
  const photosOf = new Map<number, Set<number>>()
  labels.forEach((label, row) => photosOf.set(label, (photosOf.get(label) ?? new Set()).add(scenes[row]!)))
  return labels.filter((label) => photosOf.get(label)!.size < 2).length / labels.length
}

/** Whole photos, classes spread as evenly as they allow. */
function sceneFolds(labels: Int32Array, scenes: ArrayLike<number>, classes: number, seed: number): FoldPlan {
  const places = new Map<number, number>()
  for (const scene of Array.from(scenes)) if (!places.has(scene)) places.set(scene, places.size)
  const groups = Array.from({ length: places.size }, (_, place) => ({
    scenes: [place],
    classCounts: new Array<number>(classes).fill(0),
  }))
  labels.forEach((label, row) => {
    groups[places.get(scenes[row]!)!]!.classCounts[label]! += 1
  })
  const folds = Math.min(mostFolds, places.size)
  const assigned = assignGroups(groups, new Array<number>(folds).fill(1), seed)
  return {
    heldOut: 'scenes',
    folds,
    scenes: places.size,
    foldOf: labels.map((_, row) => assigned[places.get(scenes[row]!)!]!),
  }
}

/** Students one by one, each class spread evenly. */
export function studentFolds(labels: Int32Array, scenes: ArrayLike<number>): FoldPlan {
  const folds = Math.max(2, Math.min(mostFolds, labels.length))
  const photos = new Set(Array.from(scenes)).size
  return { heldOut: 'students', folds, scenes: photos, foldOf: stratifiedFolds(labels, folds) }
}
