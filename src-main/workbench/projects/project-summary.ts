import { noise } from '#shared/contract/extraction.ts'
import type { ProjectSummary, VectorMaker } from '#shared/contract/project.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { countModalities, type FeatureProducer } from '#main/store/tables/feature.ts'
import { getProperty } from '#main/store/tables/property.ts'
import { listSplits } from '#main/store/tables/scene.ts'
import { countProject } from '#main/store/tables/project-counts.ts'
import { photoRootOf, type OpenProject } from './open-project.ts'
import { projectName } from './recent-projects.ts'

/** What the whole interface shows of a project. */
export function summarise(project: OpenProject): ProjectSummary {
  const { folder, store } = project
  return {
    folder,
    name: getProperty(store, 'name') ?? projectName(folder),
    photoRoot: photoRootOf(project),
    classes: listClasses(store),
    ...countProject(store),
    splits: listSplits(store),
    modalities: countModalities(store).map(({ producer, ...one }) => ({
      ...one,
      ...(producer && { madeWith: madeWith(producer) }),
    })),
    note: getProperty(store, 'note'),
  }
}

const madeWith = ({ weightsFile, weightsSha256, precision, noise: drawn }: FeatureProducer): VectorMaker => ({
  weightsFile,
  weightsSha256,
  precision,
  noise: noise.nullable().safeParse(drawn).data ?? null,
})
