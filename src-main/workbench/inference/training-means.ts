import { isDeepStrictEqual } from 'node:util'
import type { VectorMean } from '#main/compute/protocol.ts'
import { listFeatureSets } from '#main/store/tables/feature.ts'
import { allSceneIds, scenesOfSplit } from '#main/store/tables/scene.ts'
import { presentStudents } from '#main/store/tables/student.ts'
import type { StoredModel } from '../models/stored-model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { gatherStudents } from './gather-students.ts'

export interface TrainingMeans {
  /** One per feature modality of the model. */
  readonly means: readonly VectorMean[]
  /** `split train`, or `all students` where the project has no such split with these features. */
  readonly meanOf: string
}

/** Gives the mean vectors that stand for "nothing particular" in place of a student's own. */
export type ReadTrainingMeans = (
  project: OpenProject,
  model: StoredModel,
  signal: AbortSignal,
) => Promise<TrainingMeans>

/** Models looked at in turn; a mean is a few kilobytes. */
const capacity = 8

/** Means are read from the vector files once, and again only after students, splits or features have changed. */
export function createTrainingMeans(compute: ComputeClient): ReadTrainingMeans {
  const known: { readonly key: unknown; readonly means: TrainingMeans }[] = []
  return async (project, model, signal) => {
    const key = keyOf(project, model)
    const before = known.find((one) => isDeepStrictEqual(one.key, key))
    if (before) return before.means
    const means = await readMeans(project, compute, model, signal)
    known.unshift({ key, means })
    known.length = Math.min(known.length, capacity)
    return means
  }
}

const features = ({ description }: StoredModel) => description.modalities.filter(({ role }) => role === 'feature')

const keyOf = ({ folder, store }: OpenProject, model: StoredModel): unknown => [
  folder,
  features(model).map(({ name, width }) => [name, width]),
  listFeatureSets(store).map(({ id, sha256 }) => [id, sha256]),
  presentStudents(store, null),
  presentStudents(store, 'train'),
]

async function readMeans(
  project: OpenProject,
  compute: ComputeClient,
  model: StoredModel,
  signal: AbortSignal,
): Promise<TrainingMeans> {
  const gather = (sceneIds: readonly number[]) =>
    gatherStudents({
      store: project.store,
      sceneIds,
      modalities: features(model),
      absolute: (file) => projectFile(project, file),
      signal,
    })
  const train = await gather(scenesOfSplit(project.store, 'train'))
  const isSplit = train.studentIds.length > 0
  const { input } = isSplit ? train : await gather(allSceneIds(project.store))
  let means: readonly VectorMean[] = []
  for await (const message of compute.features.means({ vectors: [...input.vectors] }, { signal })) {
    if (message.kind === 'result') means = message.result
  }
  return { means, meanOf: isSplit ? 'split train' : 'all students' }
}
