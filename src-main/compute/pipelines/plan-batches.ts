import { batchScenes } from '#main/onnx/batch-scenes.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { StudentBatchInput, VectorRows } from '../protocol.ts'
import type { LoadedModel } from './loaded-model.ts'

/** Students at positions first to end (exclusive) that share one run of the model. */
export interface StudentRange {
  readonly first: number
  readonly end: number
}

/** How students are grouped into runs, and who counts as whose neighbour inside a run. */
export type Batching = { readonly kind: 'scene' } | { readonly kind: 'rafnet'; readonly rows: number }

/**
 * Students of one run at most where a head compares those of a scene: it looks at every pair of the run. 30,000 students in scenes of 50
 * took 0.50 s with 100 students a run, 0.45 with 250, 0.42 with 400, 0.45 with 500, and 1.05 s with 4,000.
 */
export const mostStudentsPerRun = 400

/** Rows of one run at most where none influences another: 30,000 took 0.20 s with 250 a run, 0.17 s with 500, and no less beyond. */
export const mostRowsPerRun = 512

/** A graph head holds several matrices of this many numbers squared: beyond it a run would not fit into memory. */
const mostStudentsPerScene = 8192

/** `scene`, or `rafnet:<n>` for n consecutive rows as RAFNet's evaluation forwards them. Throws AppError `predict.batching-unknown`. */
export function parseBatching(text: string): Batching {
  if (text === 'scene') return { kind: 'scene' }
  const rows = Number(/^rafnet:([1-9]\d{0,5})$/.exec(text)?.[1])
  if (rows > 0) return { kind: 'rafnet', rows }
  throw new AppError(
    'predict.batching-unknown',
    `"${text}" is no way to group students. Use "scene", or "rafnet:128" to repeat RAFNet's evaluation.`,
    { batching: text },
  )
}

/**
 * Runs in the order of the students. RAFNet's batches are told by the students' rows in their file, so that a student who is missing
 * leaves its batch one shorter and moves nobody to another. Scenes are never split (scene s holds students sceneOffsets[s] to sceneOffsets[s + 1]),
 * except where rows do not influence each other and a scene alone is larger than a run.
 * Throws AppError `predict.scene-too-large` for a model that compares the students of a scene.
 */
export function planBatches(
  batching: Batching,
  { sceneOffsets, vectors }: Pick<StudentBatchInput, 'sceneOffsets' | 'vectors'>,
  mixing: LoadedModel['mixing'],
): StudentRange[] {
  if (batching.kind === 'rafnet') return vectors[0] ? batchesOfFile(vectors[0], batching.rows) : []
  const sizes = Array.from(sceneOffsets.subarray(1), (end, scene) => end - sceneOffsets[scene]!)
  const most = mixing === 'none' ? mostRowsPerRun : mostStudentsPerRun
  const groups = mixing === 'any' ? sizes.map((_, scene) => [scene]) : batchScenes(sizes, most)
  const ranges = groups
    .map((scenes) => ({ first: sceneOffsets[scenes[0]!]!, end: sceneOffsets[scenes.at(-1)! + 1]! }))
    .filter(({ first, end }) => end > first)
  if (mixing === 'none') return ranges.flatMap((range) => slices(range, mostRowsPerRun))
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0)
  if (largest <= mostStudentsPerScene) return ranges
  throw new AppError(
    'predict.scene-too-large',
    `A scene of ${largest} students is more than this model can take at once (${mostStudentsPerScene}). Check that each photo's students carry their own img_paths.`,
    { students: largest, limit: mostStudentsPerScene },
  )
}

function batchesOfFile({ rows, fileOf }: VectorRows, length: number): StudentRange[] {
  const ranges: StudentRange[] = []
  const batchOf = (student: number): string => `${fileOf?.[student] ?? 0} ${Math.floor(rows[student]! / length)}`
  for (let first = 0; first < rows.length;) {
    let end = first + 1
    while (end < rows.length && batchOf(end) === batchOf(first)) end += 1
    ranges.push({ first, end })
    first = end
  }
  return ranges
}

function slices({ first, end }: StudentRange, length: number): StudentRange[] {
  const count = Math.ceil((end - first) / length)
  return Array.from({ length: count }, (_, index) => {
    const start = first + index * length
    return { first: start, end: Math.min(end, start + length) }
  })
}

/** For each student the id of its scene: its position among the scenes, where no ids are given. */
export function sceneOfStudents({
  sceneOffsets,
  sceneIds,
}: Pick<StudentBatchInput, 'sceneOffsets' | 'sceneIds'>): Uint32Array {
  const scenes = new Uint32Array(sceneOffsets.at(-1) ?? 0)
  for (let scene = 0; scene + 1 < sceneOffsets.length; scene += 1) {
    scenes.fill(sceneIds?.[scene] ?? scene, sceneOffsets[scene], sceneOffsets[scene + 1])
  }
  return scenes
}
