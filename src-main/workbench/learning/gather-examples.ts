import { AppError } from '#shared/contract/app-error.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { Store } from '#main/store/store.ts'
import { listFeatureSets, type FeatureSet } from '#main/store/tables/feature.ts'
import {
  correctedBefore,
  featuresOfStudent,
  importedAfter,
  type LabelledStudentRow,
} from '#main/store/tables/learnt.ts'
import { createBreath } from '../exchange/breath.ts'
import { sceneGroups } from '../exchange/duplicates.ts'
import { classPlaces } from '../evaluation/scored-run.ts'
import { studentBatch, type GatheredStudent, type StudentBatch } from '../inference/student-batch.ts'
import { usableFeatureSets } from '../inference/usable-feature-sets.ts'
import type { ChosenModalities } from './choose-modalities.ts'

/** Labelled students as a head learns from them, in id order. [students] each */
export interface Examples extends StudentBatch {
  /** Places of their classes. */
  readonly labels: Int32Array
  /** Equal for students of one photo, and of photos that are copies or look all but the same. */
  readonly scenes: Uint32Array
  /** Labelled by a person. */
  readonly corrected: number
  /** [classes] */
  readonly classCounts: readonly number[]
}

export interface ExamplesRequest {
  readonly store: Store
  readonly chosen: ChosenModalities
  readonly classes: readonly BehaviourClass[]
  readonly absolute: (file: string) => string
  readonly signal: AbortSignal
}

/** More hardly change a linear head, and would make it slow: all corrections come first, the newest of them where even they are more. */
export const mostExamples = 4000
const leastExamples = 8
/** A class that one student has cannot be held out. */
const leastOfClass = 2
const rowsAtOnce = 1000

/**
 * Everybody with a person's label and with vectors, and as many with a file's label as there is room for, spread over the project. Throws
 * AppError `learning.too-few`, `learning.one-class`, `job.cancelled`, and what `usableFeatureSets` throws.
 */
export async function gatherExamples(request: ExamplesRequest): Promise<Examples> {
  const { store, chosen, classes, absolute, signal } = request
  const usable = usableFeatureSets(listFeatureSets(store), chosen.modalities)
  const breathe = createBreath(signal)
  const withVectors = async (rows: readonly LabelledStudentRow[]): Promise<Example[]> => {
    const found: Example[] = []
    for (const row of rows) {
      const vectors = vectorsOf(store, row, chosen, usable)
      if (vectors) found.push({ ...row, vectors })
      await breathe()
    }
    return found
  }
  const corrected = await withVectors(await allCorrected(store, breathe))
  const imported = await withVectors(spread(await allImported(store, breathe), mostExamples - corrected.length))
  const examples = [...corrected, ...imported].sort((one, other) => one.studentId - other.studentId)
  const placeOf = classPlaces(classes)
  const labels = Int32Array.from(examples, ({ classIndex }) => placeOf(classIndex))
  const classCounts = classes.map((_, place) => labels.filter((label) => label === place).length)
  checkExamples(examples.length, classCounts, classes, chosen)
  return {
    ...studentBatch(
      examples.map(({ vectors }) => vectors),
      chosen.modalities,
      false,
      absolute,
    ),
    labels,
    scenes: photosOf(examples, await sceneGroups(store, signal)),
    corrected: corrected.length,
    classCounts,
  }
}

interface Example extends LabelledStudentRow {
  readonly vectors: GatheredStudent
}

type Breathe = () => Promise<void> | undefined

async function allCorrected(store: Store, breathe: Breathe): Promise<LabelledStudentRow[]> {
  const rows: LabelledStudentRow[] = []
  for (let before = Number.MAX_SAFE_INTEGER; rows.length < mostExamples;) {
    const page = correctedBefore(store, before, Math.min(rowsAtOnce, mostExamples - rows.length))
    rows.push(...page)
    const last = page.at(-1)
    if (!last) break
    before = last.labelId
    await breathe()
  }
  return rows
}

async function allImported(store: Store, breathe: Breathe): Promise<LabelledStudentRow[]> {
  const rows: LabelledStudentRow[] = []
  for (let after = 0; ;) {
    const page = importedAfter(store, after, rowsAtOnce)
    rows.push(...page)
    if (page.length < rowsAtOnce) return rows
    after = page.at(-1)?.studentId ?? after
    await breathe()
  }
}

/** At most so many, evenly spaced. */
function spread<Row>(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows
  return Array.from({ length: Math.max(0, most) }, (_, index) => rows[Math.floor((index * rows.length) / most)]!)
}

function vectorsOf(
  store: Store,
  { studentId, sceneId }: LabelledStudentRow,
  { modalities }: ChosenModalities,
  usable: ReadonlyMap<number, FeatureSet>,
): GatheredStudent | null {
  const found = new Map<string, { readonly set: FeatureSet; readonly row: number }>()
  for (const { setId, row } of featuresOfStudent(store, studentId)) {
    const set = usable.get(setId)
    if (set && !found.has(set.modality)) found.set(set.modality, { set, row })
  }
  const all = modalities.flatMap(({ name }) => found.get(name) ?? [])
  if (all.length < modalities.length) return null
  return { id: studentId, sceneId, sets: all.map(({ set }) => set), rows: all.map(({ row }) => row), box: null }
}

/** Copies of one photo, near ones too, are one photo: no student may be learnt from on one and asked for on the other. */
function photosOf(examples: readonly Example[], groups: ReadonlyMap<number, number>): Uint32Array {
  const groupOfContent = new Map<string | null, number>()
  for (const { sceneId, contentHash } of examples) {
    const group = groups.get(sceneId)
    if (contentHash !== null && group !== undefined) groupOfContent.set(contentHash, group)
  }
  const photos = new Map<string | number, number>()
  return Uint32Array.from(examples, ({ sceneId, contentHash }) => {
    const key = groupOfContent.get(contentHash) ?? contentHash ?? `scene ${sceneId}`
    const photo = photos.get(key) ?? photos.size
    photos.set(key, photo)
    return photo
  })
}

function checkExamples(
  examples: number,
  classCounts: readonly number[],
  classes: readonly BehaviourClass[],
  { name }: ChosenModalities,
): void {
  if (examples < leastExamples) {
    throw new AppError(
      'learning.too-few',
      `${examples} students have both a label and ${name} features; at least ${leastExamples} are needed. Label more students, or make features of those labelled.`,
      { students: examples, modality: name },
    )
  }
  const common = classCounts.flatMap((count, place) => (count >= leastOfClass ? [classes[place]!.name] : []))
  if (common.length > 1) return
  throw new AppError(
    'learning.one-class',
    `Nearly all ${examples} labelled students are ${common[0] ?? 'alone in their class'}, so there is nothing to tell apart. Label at least ${leastOfClass} students of another class.`,
    { students: examples, class: common[0] ?? null },
  )
}
