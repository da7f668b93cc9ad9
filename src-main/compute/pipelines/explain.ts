import { batchScenes } from '#main/onnx/batch-scenes.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { Answer, ModelSource, StudentBatchInput, StudentExplanation, VectorReplacement } from '../protocol.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import type { PlainTensor } from '../sessions/tensor.ts'
import type { LoadedModel } from './loaded-model.ts'
import { assertOneScene } from './neighbours.ts'
import { mostStudentsPerRun, parseBatching } from './plan-batches.ts'
import { readAnswers, runModel } from './predict.ts'
import type { PipelineParts } from './predict.ts'
import { openFeeds } from './student-feeds.ts'
import type { ReadStudents } from './student-feeds.ts'
import { feedsOf, pickRows, stackScenes, withVector } from './student-rows.ts'
import type { StudentRows } from './student-rows.ts'

export interface ExplainInput {
  readonly model: ModelSource
  readonly device: Device
  readonly batching: string
  readonly students: StudentBatchInput
  readonly position: number
  readonly means: readonly VectorReplacement[]
}

/** A scene as it might have been, and the row in it that is asked about. */
interface Variant {
  readonly rows: StudentRows
  readonly row: number
}

/** What the model says of a variant's student; neighbours by row of that variant, strongest first. */
interface VariantAnswer extends Answer {
  readonly neighbours: readonly { readonly row: number; readonly weight: number }[]
}

/**
 * Why a model says what it says of one student of a scene: its answer for the scene as it is, for the scene without each neighbour that
 * the graph used (the next nearest then takes that place), and with each of this student's vectors replaced, everybody else's unchanged.
 *
 * Throws AppError `predict.one-scene`, `explain.rafnet-batches`, `explain.student-left-out`, `explain.mean-missing`, and what predicting throws.
 */
export async function explain(
  { models, sessions }: PipelineParts,
  { model: source, device, batching, students, position, means }: ExplainInput,
): Promise<StudentExplanation> {
  assertOneScene(students)
  const model = await models.load(source, 'photo')
  assertByScene(model, batching)
  const feeds = openFeeds(model, students, () => 0)
  try {
    const scene = feeds.read(0, feeds.students)
    const original = { rows: scene.rows, row: placeOf(scene, position) }
    const { session } = await sessions.open(model.file, model.graphSha256, model.graph, device)
    const run = (variants: readonly Variant[]) => runVariants(model, session, variants)
    const modalities = [...scene.rows.vectors.keys()]
    const [answer, ...changed] = await run([original, ...modalities.flatMap((name) => replaced(original, name, means))])
    const { neighbours, ...own } = answer!
    const removals = await run(neighbours.map(({ row }) => without(original, row)))
    return {
      answer: own,
      neighbours: neighbours.map(({ row, weight }, index) => ({
        position: scene.positions[row]!,
        weight,
        without: plain(removals[index]!),
      })),
      modalities: modalities.map((modality, index) => ({
        modality,
        zeros: plain(changed[2 * index]!),
        mean: plain(changed[2 * index + 1]!),
      })),
    }
  } finally {
    feeds.close()
  }
}

function assertByScene(model: LoadedModel, batching: string): void {
  if (parseBatching(batching).kind === 'scene' || model.mixing === 'none') return
  throw new AppError(
    'explain.rafnet-batches',
    `This run grouped students as RAFNet does (${batching}), so that a graph reaches into other photos and no scene explains it. Run the model scene by scene to explain it.`,
    { batching },
  )
}

const plain = ({ logits, gate }: VariantAnswer): Answer => ({ logits, gate })

function placeOf({ positions, leftOut }: ReadStudents, position: number): number {
  const row = positions.indexOf(position)
  if (row >= 0) return row
  const reason = leftOut.find((one) => one.position === position)?.reason ?? 'no such student in the scene'
  throw new AppError(
    'explain.student-left-out',
    `No model can judge this student: ${reason}. Extract this student's features again.`,
    { position, reason },
  )
}

/** With zeros, and with the mean. */
function replaced({ rows, row }: Variant, modality: string, means: readonly VectorReplacement[]): Variant[] {
  const mean = means.find((one) => one.modality === modality)?.vector
  const width = rows.vectors.get(modality)!.length / rows.count
  if (mean?.length !== width) {
    throw new AppError(
      'explain.mean-missing',
      `There is no mean of ${width} numbers for the features "${modality}". Import them again.`,
      { modality, width },
    )
  }
  return [new Float32Array(width), mean].map((vector) => ({ row, rows: withVector(rows, modality, vector, [row]) }))
}

function without({ rows, row }: Variant, removed: number): Variant {
  const kept = Array.from({ length: rows.count }, (_, place) => place).filter((place) => place !== removed)
  return { rows: pickRows(rows, kept), row: kept.indexOf(row) }
}

/** As few runs as the model allows: rows alone where they do not influence each other, else whole scenes told apart by their ids. */
async function runVariants(
  model: LoadedModel,
  session: ModelSession,
  variants: readonly Variant[],
): Promise<VariantAnswer[]> {
  const needed =
    model.mixing === 'none' ? variants.map(({ rows, row }) => ({ rows: pickRows(rows, [row]), row: 0 })) : variants
  const groups =
    model.mixing === 'any'
      ? needed.map((variant) => [variant])
      : batchScenes(
          needed.map(({ rows }) => rows.count),
          mostStudentsPerRun,
        ).map((places) => places.map((place) => needed[place]!))
  const answers: VariantAnswer[] = []
  for (const group of groups) answers.push(...(await runGroup(model, session, group)))
  return answers
}

async function runGroup(
  model: LoadedModel,
  session: ModelSession,
  variants: readonly Variant[],
): Promise<VariantAnswer[]> {
  const stacked = stackScenes(variants.map(({ rows }) => rows))
  const results = await runModel(model, session, feedsOf(model, stacked))
  const positions = Array.from({ length: stacked.count }, (_, row) => row)
  const { logits, gate } = readAnswers(model, results, positions)
  const { classes, gateModalities } = model.description
  let start = 0
  return variants.map(({ rows, row }) => {
    const at = start + row
    const neighbours = model.hasNeighbours ? neighboursOf(results, at, start) : []
    start += rows.count
    return {
      logits: logits.slice(at * classes, (at + 1) * classes),
      gate: gate && gate.slice(at * gateModalities.length, (at + 1) * gateModalities.length),
      neighbours,
    }
  })
}

function neighboursOf(
  results: ReadonlyMap<string, PlainTensor>,
  at: number,
  start: number,
): VariantAnswer['neighbours'] {
  const index = results.get('neighbours')!
  const weights = results.get('neighbour_weights')!.data as Float32Array
  const k = index.dimensions[1]!
  const rows = (index.data as BigInt64Array).subarray(at * k, (at + 1) * k)
  return Array.from(rows, (row, place) => ({ row: Number(row) - start, weight: weights[at * k + place]! }))
    .filter(({ row }) => row >= 0)
    .sort((one, other) => other.weight - one.weight)
}
