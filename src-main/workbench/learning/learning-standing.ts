import { toAppError, type AppErrorData } from '#shared/contract/app-error.ts'
import { countCorrections, listLearnt, type LearntRow } from '#main/store/tables/learnt.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { chooseModalities, type ChosenModalities } from './choose-modalities.ts'
import { readChoice, type LearningChoice } from './learning-choice.ts'
import { correctionsNeeded } from './when-to-learn.ts'

/** What there is to learn on. */
export interface Vectors {
  readonly chosen: ChosenModalities | null
  /** Why nothing can be chosen. */
  readonly problem: AppErrorData | null
}

/** How learning stands in a project, as told by its database. */
export interface LearningStanding extends Vectors {
  readonly choice: LearningChoice
  /** Newest first. */
  readonly versions: readonly LearntRow[]
  readonly corrected: number
  readonly needed: number
}

/** Counts who has which vectors, which takes long in a large project. */
export function readVectors({ store }: OpenProject): Vectors {
  try {
    return { chosen: chooseModalities(store, readChoice(store).modality), problem: null }
  } catch (error) {
    return { chosen: null, problem: toAppError(error).toJSON() }
  }
}

export function readStanding({ store }: OpenProject, vectors: Vectors): LearningStanding {
  const choice = readChoice(store)
  const versions = listLearnt(store)
  const [newest] = versions
  const { corrected, fresh } = countCorrections(store, newest?.lastLabelId ?? 0)
  const needed = correctionsNeeded({ corrected, fresh, learntFrom: newest?.figures.students ?? null })
  return { ...vectors, choice, versions, corrected, needed }
}
