import { setImmediate } from 'node:timers/promises'
import type { ColumnScale, FeatureBlock } from '#main/training/baselines/feature-blocks.ts'
import { distanceModel } from '#main/training/learning/distance-model.ts'
import { chooseAnchors, familiarLimit, nearestAnchors } from '#main/training/learning/familiarity.ts'
import { floats, floatsOf } from '#main/training/training-session.ts'
import type { LearnOutcome } from '../learn-protocol.ts'
import type { VectorRows } from '../protocol.ts'
import { openSession } from '../sessions/model-session.ts'
import { loadRuntime } from '../sessions/runtime.ts'
import { openVectors } from './vector-rows.ts'
import type { VectorReader } from './vector-rows.ts'

/** Rows of one run: some milliseconds, and some megabytes of distances. */
const rowsAtOnce = 1024

/** Labelled students as the head has learnt from them. */
export interface KnownStudents {
  /** One a modality, as stored. */
  readonly blocks: readonly FeatureBlock[]
  readonly scales: readonly ColumnScale[]
  /** Equal for students of one photo. [students] */
  readonly photos: Uint32Array
}

/**
 * Those of `everybody` who are unlike all labelled students (see `familiarLimit`), with how many times the limit they are away. Nobody
 * where there are too few labelled ones to say so. Throws AppError `features.*`, and the signal's reason.
 */
export async function findUnfamiliar(
  { blocks, scales, photos }: KnownStudents,
  everybody: readonly VectorRows[],
  signal: AbortSignal,
): Promise<LearnOutcome['unfamiliar']> {
  const anchors = chooseAnchors(photos)
  const total = everybody[0]?.rows.length ?? 0
  if (anchors === null || total === 0) return { rows: new Uint32Array(0), times: new Float32Array(0) }
  const modalities = everybody.map(({ name, width }) => ({ name, width }))
  const rowsOf = (block: FeatureBlock, rows: readonly number[]): FeatureBlock => ({
    width: block.width,
    values: Float32Array.from(
      rows.flatMap((row) => [...block.values.subarray(row * block.width, (row + 1) * block.width)]),
    ),
  })
  const model = distanceModel({ modalities, scales, anchors: blocks.map((block) => rowsOf(block, anchors)) })
  const session = await openSession(await loadRuntime(), model, { provider: 'cpu', onlyProvider: false })
  const distances = async (vectors: readonly Float32Array[], rows: number): Promise<Float32Array> => {
    const feeds = modalities.map(({ name, width }, place) => [name, floats(vectors[place]!, [rows, width])] as const)
    return floatsOf(await session.run(Object.fromEntries(feeds)), 'distance')
  }
  const readers: VectorReader[] = []
  try {
    for (const vectors of everybody) readers.push(openVectors(vectors))
    const own = new Float64Array(photos.length)
    for await (const [first, end] of stretches(photos.length, signal)) {
      const vectors = blocks.map(({ width, values }) => values.subarray(first * width, end * width))
      const isOther = (row: number, anchor: number): boolean => photos[first + row] !== photos[anchors[anchor]!]
      own.set(nearestAnchors(await distances(vectors, end - first), end - first, isOther), first)
    }
    const limit = familiarLimit(own, photos.length)
    const [rows, times]: [number[], number[]] = [[], []]
    for await (const [first, end] of stretches(total, signal)) {
      const vectors = readers.map((reader) => reader.read(first, end))
      const nearest = nearestAnchors(await distances(vectors, end - first), end - first)
      for (const [row, distance] of nearest.entries()) {
        if (!(distance > limit)) continue
        rows.push(first + row)
        times.push(distance / limit)
      }
    }
    return { rows: Uint32Array.from(rows), times: Float32Array.from(times) }
  } finally {
    for (const reader of readers) reader.close()
    await session.release()
  }
}

async function* stretches(total: number, signal: AbortSignal): AsyncGenerator<readonly [number, number]> {
  for (let first = 0; first < total; first += rowsAtOnce) {
    yield [first, Math.min(first + rowsAtOnce, total)]
    await setImmediate()
    signal.throwIfAborted()
  }
}
