import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import type { ComputeClient, ComputeClientOptions } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import type { LeftOutStudent, PredictMessage, StudentBatchInput } from '#main/compute/protocol.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { afterAll } from 'vitest'

export { resultOf } from './progress.ts'

export const computeEntry = resolve(import.meta.dirname, '../../src-main/compute/main.ts')

/** The real compute process, forked from source; ended after the file's tests. */
export function startCompute(options: Partial<ComputeClientOptions> = {}): ComputeClient {
  const client = createComputeClient({ fork: forkWithNode(computeEntry), ...options })
  afterAll(() => client.close())
  return client
}

/** A folder of this test file's own, removed afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-compute-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** All students of a feature file in file order, grouped by photo. */
export function studentsOf(table: FeatureTable): StudentBatchInput {
  const rows = Uint32Array.from({ length: table.rows }, (_, row) => row)
  const starts = table.imgPaths.flatMap((path, row) => (path === table.imgPaths[row - 1] ? [] : [row]))
  return {
    vectors: table.modalities.map(({ name, file, width, dtype }) => ({
      name,
      width,
      files: [{ file, dtype }],
      fileOf: null,
      rows,
    })),
    boxesNormalised: table.context?.boxesNormalised ?? null,
    sceneOffsets: Uint32Array.from([...starts, table.rows]),
  }
}

export interface Prediction {
  readonly start: Extract<PredictMessage, { kind: 'start' }>
  /** [students who were not left out][classes] */
  readonly logits: number[][]
  /** [students][gate modalities] */
  readonly gate: number[][]
  readonly leftOut: readonly LeftOutStudent[]
  readonly batches: readonly { readonly first: number; readonly count: number }[]
  readonly msPerStudent: number
}

export async function collect(stream: AsyncIterable<PredictMessage>): Promise<Prediction> {
  const messages: PredictMessage[] = []
  for await (const message of stream) messages.push(message)
  const [start, end] = [messages[0], messages.at(-1)]
  if (start?.kind !== 'start' || end?.kind !== 'end')
    throw new Error('a prediction starts with start and ends with end')
  const batches = messages.filter((message) => message.kind === 'batch')
  return {
    start,
    logits: batches.flatMap(({ logits, count, leftOut }) => rowsOf(logits, count - leftOut.length)),
    gate: batches.flatMap(({ gate, count, leftOut }) => (gate ? rowsOf(gate, count - leftOut.length) : [])),
    leftOut: batches.flatMap(({ leftOut }) => leftOut),
    batches: batches.map(({ first, count }) => ({ first, count })),
    msPerStudent: end.msPerStudent,
  }
}

function rowsOf(values: Float32Array, count: number): number[][] {
  const width = values.length / count
  return Array.from({ length: count }, (_, row) => [...values.subarray(row * width, (row + 1) * width)])
}

export const argmax = (row: readonly number[]): number => row.indexOf(Math.max(...row))

/** max|a − b| / max|b| over the whole array. */
export function relativeError(
  actual: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
): number {
  const most = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), 0)
  const gaps = expected.flatMap((row, index) => row.map((value, column) => Math.abs(value - actual[index]![column]!)))
  return most(gaps) / most(expected.flat().map(Math.abs))
}
