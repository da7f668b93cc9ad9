import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { NoiseStudy } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { StudentBatchInput, VectorRows } from '#main/compute/protocol.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { argmax } from '../inference/softmax.ts'
import { studentBatch } from '../inference/student-batch.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { StoredModel } from '../models/stored-model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { headNeeds, studyScenes, type HeadNeeds, type StudyScene } from './noise-plan.ts'
import { keepNoiseStudy } from './noise-record.ts'
import { noiseStatistics, relativeDistance, type StudentDraws } from './noise-statistics.ts'
import type { UsableWeights } from './weights.ts'

export interface NoiseStudyRequest {
  readonly weights: UsableWeights
  readonly model: StoredModel
  readonly sceneIds: readonly number[] | null
  readonly draws: number
  readonly device: Device
}

interface Study {
  readonly context: WorkbenchContext
  readonly project: OpenProject
  readonly request: NoiseStudyRequest
  readonly needs: HeadNeeds
  readonly width: number
}

/** Vectors of so many students under all draws lie on the disk at once. */
const mostStudents = 256

/**
 * The same scenes under several draws of GroupRec's noise: how far the vectors move, and how many of the head's answers change. Nothing of
 * the project changes but its last study. Throws AppError `extraction.no-noise`, `extraction.head-without-relation`, `extraction.width`,
 * `inference.*`, and what compute throws.
 */
export async function studyNoise(
  context: WorkbenchContext,
  project: OpenProject,
  request: NoiseStudyRequest,
  job: JobContext,
): Promise<NoiseStudy> {
  const { model, weights, draws } = request
  const needs = headNeeds(project, model, weights)
  const scenes = await studyScenes(project, request.sceneIds ?? allSceneIds(project.store), needs, job.signal)
  if (scenes.length === 0) {
    throw new AppError(
      'inference.no-students',
      `No scene has a photo and a student whom "${model.row.name}" can judge. Make the other features that it takes first.`,
      { model: model.row.name },
    )
  }
  const study = { context, project, request, needs, width: needs.relation.width }
  const folder = await mkdtemp(projectFile(project, 'features/noise-study-'))
  const students: StudentDraws[] = []
  let done = 0
  try {
    job.progress(0, scenes.length)
    for (const group of groups(scenes)) {
      students.push(...(await studyGroup(study, group, join(folder, 'draws.bin'), job.signal)))
      done += group.length
      job.progress(done, scenes.length)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const found = noiseStatistics(students, draws, model.description.classes)
  const about = { model: model.row.name, weights: weights.name, at: context.clock().toISOString() }
  keepNoiseStudy(project.store, { ...about, ...found, classes: [...found.classes], accuracies: [...found.accuracies] })
  context.changes.publish(['project'])
  return found
}

function* groups(scenes: readonly StudyScene[]): Generator<StudyScene[]> {
  let group: StudyScene[] = []
  let students = 0
  for (const scene of scenes) {
    if (group.length > 0 && students + scene.students.length > mostStudents) {
      yield group
      group = []
      students = 0
    }
    group.push(scene)
    students += scene.students.length
  }
  yield group
}

/** Students of photos that fail are left out. */
async function studyGroup(
  study: Study,
  group: readonly StudyScene[],
  file: string,
  signal: AbortSignal,
): Promise<StudentDraws[]> {
  const { draws } = study.request
  const handle = await open(file, 'w')
  let drawn: Drawn
  try {
    drawn = await drawVectors(study, group, handle, signal)
  } finally {
    await handle.close()
  }
  const kept = group.filter((_, index) => !drawn.failed.has(index))
  if (kept.length === 0) return []
  const classes: number[][] = []
  for (let draw = 0; draw < draws; draw += 1) classes.push(await classesUnder(study, kept, drawn, file, draw, signal))
  return kept
    .flatMap(({ students, labels }) => students.map(({ id }, index) => ({ id, label: labels[index] ?? null })))
    .map(({ id, label }, index) => ({
      classes: classes.map((one) => one[index]!),
      label,
      vectorDistance: drawn.distances.get(id) ?? 0,
    }))
    .filter((one) => one.classes.every((classIndex) => classIndex >= 0))
}

interface Drawn {
  /** Positions of scenes whose photo could not be read. */
  readonly failed: ReadonlySet<number>
  /** Largest relative distance from draw 0, by student. */
  readonly distances: ReadonlyMap<number, number>
  /** Row of a student's draw 0 in the file, by student; draw d lies `rows · d` further. */
  readonly rowOf: ReadonlyMap<number, number>
  /** Rows of one draw. */
  readonly rows: number
}

async function drawVectors(
  { context, request, width }: Study,
  group: readonly StudyScene[],
  handle: FileHandle,
  signal: AbortSignal,
): Promise<Drawn> {
  const { weights, draws, device } = request
  const rowOf = new Map(group.flatMap(({ students }) => students).map(({ id }, row) => [id, row]))
  const rows = rowOf.size
  const failed = new Set<number>()
  const distances = new Map<number, number>()
  const scenes = group.map(({ file, scene, boxes }) => ({ file, name: scene.relativePath, boxes }))
  const input = { weights: { file: weights.file ?? '' }, device, scenes, draws, seed: 0 }
  let first = new Float32Array(0)
  for await (const message of context.compute.extraction.draws(input, { signal })) {
    if (message.kind === 'failed') failed.add(message.index)
    if (message.kind !== 'draw') continue
    const { students, places } = group[message.index]!
    const chosen = chosenRows(message.vectors, places, width)
    if (message.draw === 0) first = chosen
    students.forEach(({ id }, index) => {
      const part = (values: Float32Array) => values.subarray(index * width, (index + 1) * width)
      distances.set(id, Math.max(distances.get(id) ?? 0, relativeDistance(part(chosen), part(first))))
    })
    const row = message.draw * rows + rowOf.get(students[0]!.id)!
    await handle.write(new Uint8Array(chosen.buffer), 0, chosen.byteLength, row * width * 4)
  }
  return { failed, distances, rowOf, rows }
}

function chosenRows(vectors: Float32Array, places: readonly number[], width: number): Float32Array<ArrayBuffer> {
  const chosen = new Float32Array(places.length * width)
  places.forEach((place, index) => chosen.set(vectors.subarray(place * width, (place + 1) * width), index * width))
  return chosen
}

/** The class of every student under one draw; −1 where the head leaves somebody out. */
async function classesUnder(
  { context, project, request, needs, width }: Study,
  scenes: readonly StudyScene[],
  { rowOf, rows }: Drawn,
  file: string,
  draw: number,
  signal: AbortSignal,
): Promise<number[]> {
  const { model, device } = request
  const students = scenes.flatMap((one) => one.students)
  const absolute = (path: string): string => projectFile(project, path)
  const { input } = studentBatch(students, needs.others, needs.needsBox, absolute)
  const relation: VectorRows = {
    name: needs.relation.name,
    width,
    files: [{ file, dtype: 'f4' }],
    fileOf: null,
    rows: Uint32Array.from(students, ({ id }) => draw * rows + rowOf.get(id)!),
  }
  const vectors = needs.features.map(({ name }) => input.vectors.find((one) => one.name === name) ?? relation)
  const fed: StudentBatchInput = { ...input, vectors }
  const classes = new Array<number>(students.length).fill(-1)
  const count = model.description.classes
  const asked = { model: model.source, device, batching: 'scene', students: fed }
  for await (const message of context.compute.models.predict(asked, { signal })) {
    if (message.kind !== 'batch') continue
    const without = new Set(message.leftOut.map(({ position }) => position))
    const positions = Array.from({ length: message.count }, (_, index) => message.first + index)
    positions
      .filter((position) => !without.has(position))
      .forEach((position, row) => {
        classes[position] = argmax(message.logits.subarray(row * count, (row + 1) * count))
      })
  }
  return classes
}
