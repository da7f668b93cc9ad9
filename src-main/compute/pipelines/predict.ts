import { performance } from 'node:perf_hooks'
import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { ModelSource, PredictMessage, StudentBatchInput, VectorReplacement } from '../protocol.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import type { SessionPool } from '../sessions/session-pool.ts'
import type { PlainTensor } from '../sessions/tensor.ts'
import { runSession } from './run-session.ts'
import type { LoadedModel, NeighbourRule } from './loaded-model.ts'
import { parseBatching, planBatches, sceneOfStudents } from './plan-batches.ts'
import type { Batching, StudentRange } from './plan-batches.ts'
import { openFeeds } from './student-feeds.ts'
import { feedsOf, withVector } from './student-rows.ts'
import type { StudentRows } from './student-rows.ts'

export interface PredictInput {
  readonly model: ModelSource
  readonly device: Device
  readonly batching: string
  readonly students: StudentBatchInput
  readonly replacements: readonly VectorReplacement[]
}

export interface PipelineParts {
  readonly models: { load(source: ModelSource, rule: NeighbourRule): Promise<LoadedModel> }
  readonly sessions: SessionPool
}

/**
 * Runs a model on students, batch by batch in their order: `start`, any number of `batch`, `end`. Students whose features are no
 * numbers are left out, with the reason. Milliseconds per student count reading and running and leave out the first run, which pays for
 * allocations; where all students fit into one run, that run is timed once more.
 *
 * Throws AppError `head.*`, `model.*`, `predict.*`, `features.*`, `inference.provider-unavailable`; stops between two runs
 * when the signal aborts.
 */
export async function* predict(
  { models, sessions }: PipelineParts,
  input: PredictInput,
  signal: AbortSignal,
): AsyncGenerator<PredictMessage> {
  const open = async (rule: NeighbourRule) => {
    const model = await models.load(input.model, rule)
    return { model, ...(await sessions.open(model.file, model.graphSha256, model.graph, input.device)) }
  }
  const batching = parseBatching(input.batching)
  const rule = batching.kind === 'rafnet' ? 'rafnet' : 'photo'
  const model = await models.load(input.model, rule)
  const batches = planBatches(batching, input.students, model.mixing)
  const feeds = openFeeds(model, input.students, sceneIds(model, batching, input.students))
  try {
    const opened = await open(rule)
    yield { kind: 'start', provider: opened.provider, reason: opened.reason, classes: model.description.classes }
    const timer = studentTimer()
    const run = ({ first, end }: StudentRange) =>
      timer.run(async () => {
        const { rows, positions, leftOut } = feeds.read(first, end)
        // RAFNet leaves the only row of a batch as it is, which the graph for single photos does too.
        const { session } = rows.count === 1 ? await open('photo') : opened
        const fed = input.replacements.reduce((all, { modality, vector }) => withVector(all, modality, vector), rows)
        const answers = await answersOf(model, session, fed, positions)
        return { kind: 'batch' as const, first, count: end - first, leftOut, ...answers }
      }, end - first)
    for (const batch of batches) {
      signal.throwIfAborted()
      yield await run(batch)
    }
    if (batches.length === 1) await run(batches[0]!)
    yield { kind: 'end', msPerStudent: timer.msPerStudent() }
  } finally {
    feeds.close()
  }
}

/** Under which id a student's peers are told: its photo, or one id for all where RAFNet's batches mix photos. */
function sceneIds(model: LoadedModel, batching: Batching, students: StudentBatchInput): (student: number) => number {
  if (batching.kind === 'rafnet' && !model.knowsPhotos) return () => 0
  const scenes = sceneOfStudents(students)
  return (student) => scenes[student]!
}

/** Float32 matrices, one row per student. */
export interface Answers {
  /** [students, classes] */
  readonly logits: Float32Array
  /** [students, gate modalities], null for heads without a gate. */
  readonly gate: Float32Array | null
}

/** What the model says of students, nobody included. `positions` are theirs in the input, for error sentences. */
async function answersOf(
  model: LoadedModel,
  session: ModelSession,
  rows: StudentRows,
  positions: readonly number[],
): Promise<Answers> {
  if (rows.count === 0)
    return { logits: new Float32Array(), gate: model.output.gate === null ? null : new Float32Array() }
  return readAnswers(model, await runModel(model, session, feedsOf(model, rows)), positions)
}

/** The outputs of a run. Throws AppError `model.output-unexpected` and `predict.logits-not-finite`. */
export function readAnswers(
  model: LoadedModel,
  results: ReadonlyMap<string, PlainTensor>,
  positions: readonly number[],
): Answers {
  const { classes, gateModalities } = model.description
  const logits = matrix(model, results, model.output.logits, positions.length, classes)
  const broken = logits.findIndex((value) => !Number.isFinite(value))
  if (broken >= 0) {
    const position = positions[Math.floor(broken / classes)]!
    throw new AppError(
      'predict.logits-not-finite',
      `${model.file} answers ${logits[broken]!} for student ${position} of this run. Check the model: its weights or operators overflow on these features.`,
      { file: model.file, position },
    )
  }
  const { gate } = model.output
  return { logits, gate: gate === null ? null : matrix(model, results, gate, positions.length, gateModalities.length) }
}

/** One run of a head. Throws AppError `model.run-failed` with ONNX Runtime's reason. */
export const runModel = (
  { file }: LoadedModel,
  session: ModelSession,
  feeds: Readonly<Record<string, PlainTensor>>,
): Promise<ReadonlyMap<string, PlainTensor>> =>
  runSession({ file, session }, feeds, 'If it is a model of your own, export it with a free number of rows.')

/** An output that must be float32 [rows, columns]. */
function matrix(
  model: LoadedModel,
  results: ReadonlyMap<string, PlainTensor>,
  name: string,
  rows: number,
  columns: number,
): Float32Array {
  const tensor = results.get(name)
  const shape = tensor?.dimensions ?? []
  if (tensor?.data instanceof Float32Array && shape.length === 2 && shape[0] === rows && shape[1] === columns) {
    return tensor.data
  }
  const found = tensor ? `${tensor.type} [${shape.join(', ')}]` : 'nothing'
  throw new AppError(
    'model.output-unexpected',
    `${model.file}: output "${name}" should be float32 [${rows}, ${columns}] but is ${found}. Export the model with one row of logits per student and a free first dimension.`,
    { file: model.file, output: name, expected: `[${rows}, ${columns}]`, found },
  )
}

interface StudentTimer {
  run<Result>(work: () => Promise<Result>, students: number): Promise<Result>
  msPerStudent(): number
}

/** Times every run but the first. */
function studentTimer(): StudentTimer {
  let warm = false
  let elapsedMs = 0
  let timed = 0
  return {
    run: async (work, students) => {
      const start = performance.now()
      const result = await work()
      if (warm) {
        elapsedMs += performance.now() - start
        timed += students
      }
      warm = true
      return result
    },
    msPerStudent: () => (timed === 0 ? 0 : elapsedMs / timed),
  }
}
