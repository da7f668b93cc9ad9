import { matrixOfCells } from './confusion-matrix.ts'
import { assertNullIndex } from './evaluate.ts'
import { headlineFigures, type FigureName } from './headline-figures.ts'
import { seededRandom, type Random } from './random.ts'
import { addScene, sceneCells, sceneDifferences } from './scene-cells.ts'
import { toTheEnd, type Steps } from './steps.ts'

/** Two models on the same students. [students] each */
export interface ComparisonInput {
  readonly truth: ArrayLike<number>
  readonly first: ArrayLike<number>
  readonly second: ArrayLike<number>
  readonly sceneOf: ArrayLike<number | string>
  readonly classCount: number
  readonly nullIndex: number | null
}

export interface PermutationOptions {
  readonly figure: FigureName
  readonly seed: number
  readonly permutations?: number
}

export interface PermutationFigures {
  /** First minus second, in percentage points; 0 over no students. */
  readonly difference: number
  /** Two-sided. */
  readonly pValue: number
  readonly scenes: number
  /** How many exchanges were tried; with `exact`, all there are. */
  readonly permutations: number
  readonly exact: boolean
}

/** Differences this close, in percentage points, are one difference: the same counts summed in another order. */
const tiePoints = 1e-9

/**
 * Which scenes change hands, permutation by permutation: bit `scene` of the number itself where all are tried, else a
 * coin each.
 */
function exchanges(exact: boolean, random: Random): (permutation: number, scene: number) => boolean {
  return exact ? (permutation, scene) => ((permutation >>> scene) & 1) === 1 : () => random() < 0.5
}

/**
 * Whether two models differ in a figure by more than chance: the predictions of both are exchanged scene by scene at
 * random (paired randomisation test, with scenes as the unit because students of one photo are not independent). All
 * 2^scenes exchanges are tried where they are no more than `permutations` (then p is exact), else that many seeded
 * ones, and p = (1 + as extreme) / (1 + tried) (Phipson and Smyth 2010). Throws RangeError as `evaluate`.
 */
export function clusteredPermutationTest(input: ComparisonInput, options: PermutationOptions): PermutationFigures {
  return toTheEnd(clusteredPermutationSteps(input, options))
}

/** `clusteredPermutationTest`, one exchange a step. */
export function* clusteredPermutationSteps(
  { truth, first, second, sceneOf, classCount, nullIndex }: ComparisonInput,
  { figure, seed, permutations = 10_000 }: PermutationOptions,
): Steps<PermutationFigures> {
  const firstScenes = sceneCells(truth, first, sceneOf, classCount)
  yield
  const secondScenes = sceneCells(truth, second, sceneOf, classCount)
  assertNullIndex(nullIndex, classCount)
  if (!(Number.isInteger(permutations) && permutations >= 1)) {
    throw new RangeError(`permutations must be 1 or more: ${permutations}`)
  }
  const { sceneCount } = firstScenes
  const firstTotals = new Float64Array(classCount * classCount)
  const secondTotals = new Float64Array(classCount * classCount)
  for (let scene = 0; scene < sceneCount; scene++) {
    addScene(firstTotals, firstScenes, scene, 1)
    addScene(secondTotals, secondScenes, scene, 1)
  }
  // Students that both models give one class change nothing when their scene changes hands.
  const apart = sceneDifferences(firstScenes, secondScenes, classCount * classCount)
  yield
  const firstCells = new Float64Array(classCount * classCount)
  const secondCells = new Float64Array(classCount * classCount)
  const figureOf = (cells: Float64Array): number =>
    headlineFigures(matrixOfCells(cells, classCount), nullIndex)[figure] ?? 0
  const differenceWhere = (exchanged: (scene: number) => boolean): number => {
    firstCells.set(firstTotals)
    secondCells.set(secondTotals)
    for (let scene = 0; scene < sceneCount; scene++) {
      if (!exchanged(scene)) continue
      addScene(firstCells, apart, scene, -1)
      addScene(secondCells, apart, scene, 1)
    }
    return figureOf(firstCells) - figureOf(secondCells)
  }
  const difference = differenceWhere(() => false)
  const exact = 2 ** sceneCount <= permutations
  const tried = exact ? 2 ** sceneCount : permutations
  const changesHands = exchanges(exact, seededRandom(seed))
  let extreme = 0
  for (let permutation = 0; permutation < tried; permutation++) {
    const other = differenceWhere((scene) => changesHands(permutation, scene))
    if (Math.abs(other) >= Math.abs(difference) - tiePoints) extreme += 1
    yield
  }
  const pValue = exact ? extreme / tried : (1 + extreme) / (1 + tried)
  return { difference, pValue, scenes: sceneCount, permutations: tried, exact }
}
