import { AppError } from '#shared/contract/app-error.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { SceneTies, TrainingData } from '#shared/contract/training.ts'
import type { PrepareRequest, RecipeDescription, SplitAnswer } from '#main/compute/protocol.ts'
import type { WriteModality } from '#main/exchange/rafnet/write-plan.ts'
import type { FeatureSet } from '#main/store/tables/feature.ts'
import { unseenPhotos } from '#main/store/tables/photo-look.ts'
import { createBreath } from '../exchange/breath.ts'
import { sceneGroups } from '../exchange/duplicates.ts'
import type { Omissions } from '../inference/omissions.ts'
import { projectFile } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { gatherLabelled } from './gather-labelled.ts'
import type { LabelledScene, LabelledStudent } from './gather-labelled.ts'
import { labelNames } from './recipe-request.ts'

type ProjectData = Extract<TrainingData, { kind: 'project' }>
type SplitName = keyof NonNullable<PrepareRequest['splits']>

/** What a training on a project would be made of. */
export interface DraftedData extends Pick<SplitAnswer, 'splits' | 'leakage'> {
  /** null where the splits were imported. */
  readonly ties: SceneTies | null
  readonly findings: readonly Finding[]
  readonly students: Readonly<Record<SplitName, readonly LabelledStudent[]>>
}

export interface DraftOptions {
  readonly project: OpenProject
  readonly compute: ComputeClient
  readonly data: ProjectData
  readonly modalities: RecipeDescription['modalities']
  /** Filled with whom the draft leaves out, also when it throws. */
  readonly omissions: Omissions
  /** Vectors that are looked at for NaN and infinities at most; null looks at all. */
  readonly limitBytes: number | null
  readonly signal: AbortSignal | undefined
}

const splitNames = ['train', 'val', 'test'] as const

/**
 * The project's students with a label, handed to train, val and test. Throws AppError `training.no-students`, `training.one-scene`,
 * `training.too-few-groups`, `training.split-missing`, and what `usableFeatureSets` throws.
 */
export async function draftData(options: DraftOptions): Promise<DraftedData> {
  const { project, compute, data, omissions, signal } = options
  const gathered = await gatherLabelled({ ...options, onlyConfirmed: data.onlyConfirmed })
  if (gathered.length === 0) throw noStudents(omissions)
  const { scenes, findings } = await fitScenes(gathered, options)
  const sided = data.splits === 'imported' ? importedSides(scenes, omissions) : { scenes, given: null }
  const names = labelNames(project)
  const looks = await sceneGroups(project.store, signal)
  const answer = await compute.training.split(
    {
      scenes: sided.scenes.map(({ id, path, contentHash, students, room, takenAt }) => ({
        path,
        contentHash,
        look: looks.get(id) ?? null,
        key: data.together === 'scene' ? null : data.together === 'room' ? room : (takenAt?.slice(0, 10) ?? null),
        classCounts: names.map((_, index) => students.filter(({ classIndex }) => classIndex === index).length),
      })),
      labelNames: names,
      given: sided.given,
      together: data.together,
      shares: data.shares,
      seed: data.splitSeed,
    },
    { signal },
  )
  const studentsOf = (name: SplitName): LabelledStudent[] =>
    sided.scenes.flatMap(({ students }, index) => (answer.sides[index] === name ? students : []))
  return {
    splits: answer.splits,
    leakage: answer.leakage,
    ties: sided.given === null ? { ...answer.alike, notCompared: notCompared(project, sided.scenes) } : null,
    findings: [...answer.findings, ...findings],
    students: { train: studentsOf('train'), val: studentsOf('val'), test: studentsOf('test') },
  }
}

/** Scenes whose photo nobody looked at yet. */
function notCompared({ store }: OpenProject, scenes: readonly LabelledScene[]): number {
  const unseen = new Set(unseenPhotos(store).map(({ contentHash }) => contentHash))
  return scenes.filter(({ contentHash }) => contentHash !== null && unseen.has(contentHash)).length
}

function noStudents(omissions: Omissions): AppError {
  const reasons = omissions.list().map(({ count, reason }) => `${count} ${reason}`)
  return new AppError(
    'training.no-students',
    `There is no student to learn from${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}. Label students whose features were imported or extracted.`,
    { reasons },
  )
}

/** The scenes without the students whose vectors hold NaN or an infinity: one is enough to spoil a training. */
async function fitScenes(
  scenes: readonly LabelledScene[],
  { project, compute, modalities, omissions, limitBytes, signal }: DraftOptions,
): Promise<{ readonly scenes: readonly LabelledScene[]; readonly findings: readonly Finding[] }> {
  const students = scenes.flatMap((scene) => scene.students)
  const columns = await writeModalities(project, modalities, students, signal)
  const { checked, rows } = await compute.training.findUnfit({ modalities: columns, limitBytes }, { signal })
  const unfit = new Set(rows.map((row) => students[row]!.id))
  omissions.add('features-not-finite', 'features with NaN or infinite values', unfit.size)
  const kept = scenes.map((scene) => ({ ...scene, students: scene.students.filter(({ id }) => !unfit.has(id)) }))
  const left = kept.filter((scene) => scene.students.length > 0)
  if (left.length === 0) throw noStudents(omissions)
  return { scenes: left, findings: checked < students.length ? [uncheckedFinding(checked, students.length)] : [] }
}

const uncheckedFinding = (checked: number, students: number): Finding => ({
  code: 'training.vectors-unchecked',
  severity: 'info',
  count: students - checked,
  examples: [],
  message: `The vectors of ${checked} of ${students} students were looked at for NaN and infinities; the others are when the training starts, and whoever has some is left out then.`,
})

/** The splits that scenes came with; scenes of none are left out. */
function importedSides(
  scenes: readonly LabelledScene[],
  omissions: Omissions,
): { readonly scenes: readonly LabelledScene[]; readonly given: readonly SplitName[] } {
  const sideOf = ({ split }: LabelledScene): SplitName | undefined =>
    splitNames.find((name) => name === split?.trim().toLowerCase())
  const sided = scenes.filter((scene) => sideOf(scene) !== undefined)
  for (const { split, students } of scenes.filter((scene) => sideOf(scene) === undefined))
    omissions.add(
      'split-unknown',
      split === null ? 'a scene of no split' : `a scene of the split "${split}"`,
      students.length,
    )
  const given = sided.map((scene) => sideOf(scene)!)
  const missing = splitNames.filter((name) => !given.includes(name))
  if (missing.length === 0) return { scenes: sided, given }
  throw new AppError(
    'training.split-missing',
    `No scene with labelled students belongs to ${missing.join(' and ')}. Import files as train, val and test, or let Lectern make the splits.`,
    { missing },
  )
}

/** Students placed between two breaths. */
const studentsAtOnce = 1024

/** Where the vectors of students lie, column by column. Throws AppError `job.cancelled`. */
export async function writeModalities(
  project: OpenProject,
  modalities: RecipeDescription['modalities'],
  students: readonly LabelledStudent[],
  signal: AbortSignal | undefined,
): Promise<WriteModality[]> {
  const breathe = createBreath(signal)
  const columns: WriteModality[] = []
  for (const { name, width } of modalities.filter(({ role }) => role === 'feature')) {
    const column = columns.length
    const sets = new Map<FeatureSet, number>()
    const fileOfRow = new Uint16Array(students.length)
    const rows = new Uint32Array(students.length)
    for (const [at, student] of students.entries()) {
      const set = student.sets[column]!
      const file = sets.get(set) ?? sets.size
      sets.set(set, file)
      fileOfRow[at] = file
      rows[at] = student.rows[column]!
      if (at % studentsAtOnce === 0) await breathe()
    }
    columns.push({ name, width, form: formOf([...sets.keys()]), files: filesOf(project, sets), fileOfRow, rows })
  }
  return columns
}

const filesOf = (project: OpenProject, sets: ReadonlyMap<FeatureSet, number>): WriteModality['files'] =>
  [...sets.keys()].map((set) => ({ file: projectFile(project, set.file), dtype: set.dtype }))

/** The type that all sets have, else float32. */
function formOf(sets: readonly FeatureSet[]): WriteModality['form'] {
  const dtypes = new Set(sets.map(({ dtype }) => dtype))
  const [dtype = 'f4'] = dtypes.size === 1 ? dtypes : ['f4']
  return { container: 'array', dtype: dtype === 'u1' || dtype === 'i1' ? `|${dtype}` : `<${dtype}` }
}
