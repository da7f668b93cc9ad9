import type { Finding } from '#shared/contract/summary.ts'
import type { Leakage, SceneTies, TrainingInfo } from '#shared/contract/training.ts'
import type { PrepareRequest, TrainInput } from '#main/compute/protocol.ts'
import { newestLabel } from '#main/store/tables/label.ts'
import { trainingFolder } from '#main/store/tables/training.ts'
import type { TrainingRow } from '#main/store/tables/training.ts'
import { photosCompared } from '../exchange/duplicates-compare.ts'
import { resultOf } from '../exchange/result-of.ts'
import { createOmissions } from '../inference/omissions.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { projectFile } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { ComputeClient, WorkbenchContext } from '../workbench-context.ts'
import { draftData, writeModalities } from './draft-data.ts'
import type { DraftedData, DraftOptions } from './draft-data.ts'
import type { LabelledStudent } from './gather-labelled.ts'
import { changesOf, recipeRequest } from './recipe-request.ts'

type LabelState = NonNullable<TrainInput['labelState']>
type SplitFeatures = NonNullable<PrepareRequest['splits']>['train']

/** What is known of a training once its data lie in its folder. */
export interface PreparedData {
  readonly students: TrainingInfo['students']
  readonly findings: readonly Finding[]
  readonly leakage: Leakage | null
  readonly labelState: LabelState | null
}

export interface PrepareOptions {
  readonly project: OpenProject
  readonly compute: ComputeClient
  readonly jobs: WorkbenchContext['jobs']
  readonly training: TrainingRow
  readonly appVersion: string
  readonly at: string
}

/**
 * Writes into the training's folder what it reads, so that it can go on after a restart with what it began with, whatever is corrected
 * meanwhile: its configuration, and the students of the project as they are now, split once all photos were compared. Throws as `draftData` and compute's `prepare`.
 */
export async function prepareTraining(options: PrepareOptions, job: JobContext): Promise<PreparedData> {
  const { project, compute, jobs, training } = options
  const { order, runName: name } = training
  const { recipe, data } = order
  const request = recipeRequest(project, { recipe, data }, changesOf(order))
  const folder = projectFile(project, trainingFolder(training.id))
  const write = async (splits: PrepareRequest['splits']): Promise<null> =>
    resultOf(compute.training.prepare({ request, name, folder, splits }, { signal: job.signal }), {
      // The job counts epochs; what is written before them is no part of that.
      progress: () => undefined,
    })
  if (data.kind !== 'project') {
    await write(null)
    const { students, findings, leakage } = training
    return { students, findings, leakage, labelState: null }
  }
  const { modalities, findings } = await compute.training.describe({ request }, { signal: job.signal })
  await photosCompared({ compute, jobs }, project, job.signal)
  const omissions = createOmissions()
  const draftOptions = { project, compute, data, modalities, omissions, limitBytes: null, signal: job.signal }
  const draft = await draftData(draftOptions)
  const labelState = labelStateOf(project, draft)
  const lectern = { app_version: options.appVersion, written_at: options.at, label_state: labelState }
  const features = (students: readonly LabelledStudent[]) => splitFeatures(draftOptions, students, lectern)
  const { train, val, test } = draft.students
  await write({ train: await features(train), val: await features(val), test: await features(test) })
  return {
    students: { train: train.length, val: val.length, test: test.length },
    findings: [...findings, ...draft.findings, ...tieFindings(draft.ties), ...omittedFindings(omissions.list())],
    leakage: draft.leakage,
    labelState,
  }
}

async function splitFeatures(
  { project, modalities, signal }: Pick<DraftOptions, 'project' | 'modalities' | 'signal'>,
  students: readonly LabelledStudent[],
  lectern: unknown,
): Promise<SplitFeatures> {
  const hasBoxes = modalities.some(({ role }) => role === 'box')
  const boxes = students.flatMap(({ box }) => (box ? [box.cx, box.cy, box.w, box.h] : []))
  return {
    modalities: await writeModalities(project, modalities, students, signal),
    labels: Int32Array.from(students, ({ classIndex }) => classIndex),
    imgPaths: students.map(({ path }) => path),
    bboxIds: students.map(({ bboxId }) => bboxId),
    boxesNormalised: hasBoxes ? Float64Array.from(boxes) : null,
    lectern,
  }
}

function labelStateOf({ store }: OpenProject, { students }: DraftedData): LabelState {
  const all = Object.values(students).flat()
  const confirmed = all.filter(({ source }) => source !== 'imported')
  const adjudicated = confirmed.filter(({ source }) => source === 'adjudicated').length
  const annotators = [...Map.groupBy(confirmed, ({ annotator }) => annotator)]
  return {
    imported: all.length - confirmed.length,
    confirmed: confirmed.length - adjudicated,
    adjudicated,
    annotators: Object.fromEntries(annotators.map(([name, own]) => [name, own.length])),
    last_label_id: newestLabel(store),
  }
}

/** What kept scenes together, and what may not have. */
function tieFindings(ties: SceneTies | null): Finding[] {
  const { scenes = 0, groups = 0, notCompared = 0 } = ties ?? {}
  const told = (code: string, severity: Finding['severity'], count: number, message: string): Finding[] =>
    count === 0 ? [] : [{ code, severity, count, examples: [], message }]
  const tied = `${scenes} scenes are copies of each other or look all but the same; they make ${groups} ${groups === 1 ? 'group' : 'groups'}, each on one side of the split.`
  const unknown = `${notCompared} scenes were not compared with the others, because somebody stopped that or their photos are not there; near duplicates of them may lie on two sides.`
  return [
    ...told('training.scenes-tied', 'info', scenes, tied),
    ...told('training.scenes-not-compared', 'warning', notCompared, unknown),
  ]
}

/** Students who were left out, as findings: a training has no other place to tell of them. */
const omittedFindings = (omitted: TrainingOmissions): Finding[] =>
  omitted.map(({ code, reason, count }) => ({
    code: `training.omitted-${code}`,
    severity: code === 'features-not-finite' ? 'warning' : 'info',
    count,
    examples: [],
    message: `${count} ${count === 1 ? 'student was' : 'students were'} left out: ${reason}.`,
  }))

type TrainingOmissions = ReturnType<ReturnType<typeof createOmissions>['list']>
