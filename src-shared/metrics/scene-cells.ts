import { assertLabelPairs } from './confusion-matrix.ts'

/**
 * The confusion counts of every scene, kept only where they are not 0: scene s has counts[i] students in the row-major
 * cell cells[i] for i from starts[s] to starts[s + 1]. A resample of thousands of scenes then costs no more than its
 * students.
 */
export interface SceneCells {
  readonly sceneCount: number
  readonly starts: Int32Array
  readonly cells: Int32Array
  readonly counts: Int32Array
}

/** The scene of every student as 0, 1, 2 … in order of first appearance, and how many scenes there are. */
function numberScenes(sceneOf: ArrayLike<number | string>): {
  readonly numbers: Int32Array
  readonly sceneCount: number
} {
  const known = new Map<number | string, number>()
  const numbers = new Int32Array(sceneOf.length)
  for (let row = 0; row < sceneOf.length; row++) {
    const scene = sceneOf[row] ?? 0
    const number = known.get(scene) ?? known.size
    if (number === known.size) known.set(scene, number)
    numbers[row] = number
  }
  return { numbers, sceneCount: known.size }
}

/** Throws RangeError on labels that are not class indices or arrays that do not pair up. */
export function sceneCells(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  sceneOf: ArrayLike<number | string>,
  classCount: number,
): SceneCells {
  assertLabelPairs(truth, predicted, classCount)
  if (sceneOf.length !== truth.length) {
    throw new RangeError(`sceneOf has ${sceneOf.length} entries for ${truth.length} students`)
  }
  const { numbers, sceneCount } = numberScenes(sceneOf)
  const cellCount = classCount * classCount
  const keys = new Float64Array(numbers.length)
  for (let row = 0; row < keys.length; row++) {
    keys[row] = (numbers[row] ?? 0) * cellCount + (truth[row] ?? 0) * classCount + (predicted[row] ?? 0)
  }
  keys.sort()
  const starts = new Int32Array(sceneCount + 1)
  const cells = new Int32Array(keys.length)
  const counts = new Int32Array(keys.length)
  let filled = 0
  keys.forEach((key, index) => {
    if (key !== keys[index - 1]) {
      cells[filled] = key % cellCount
      filled += 1
      starts[Math.floor(key / cellCount) + 1] = filled
    }
    counts[filled - 1] = (counts[filled - 1] ?? 0) + 1
  })
  return { sceneCount, starts, cells: cells.slice(0, filled), counts: counts.slice(0, filled) }
}

/** Adds `times` times the counts of one scene to row-major totals. */
export function addScene(totals: Float64Array, scenes: SceneCells, scene: number, times: number): void {
  const { starts, cells, counts } = scenes
  const end = starts[scene + 1] ?? 0
  for (let entry = starts[scene] ?? 0; entry < end; entry++) {
    const cell = cells[entry] ?? 0
    totals[cell] = (totals[cell] ?? 0) + times * (counts[entry] ?? 0)
  }
}

/**
 * First minus second, scene by scene and cell by cell, of the same students in the same order; `cellCount` cells a
 * scene. What is 0 is left out.
 */
export function sceneDifferences(first: SceneCells, second: SceneCells, cellCount: number): SceneCells {
  const { sceneCount } = first
  const starts = new Int32Array(sceneCount + 1)
  const cells: number[] = []
  const counts: number[] = []
  const totals = new Float64Array(cellCount)
  for (let scene = 0; scene < sceneCount; scene++) {
    totals.fill(0)
    addScene(totals, first, scene, 1)
    addScene(totals, second, scene, -1)
    totals.forEach((count, cell) => {
      if (count === 0) return
      cells.push(cell)
      counts.push(count)
    })
    starts[scene + 1] = cells.length
  }
  return { sceneCount, starts, cells: Int32Array.from(cells), counts: Int32Array.from(counts) }
}
