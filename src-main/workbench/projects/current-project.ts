import { AppError } from '#shared/contract/app-error.ts'
import type { OpenProject } from './open-project.ts'

/** The project that is open in this workbench, at most one. */
export interface CurrentProject {
  get(): OpenProject | null
  /** Throws AppError `project.none-open`. */
  require(): OpenProject
  set(project: OpenProject | null): void
}

export function createCurrentProject(): CurrentProject {
  let current: OpenProject | null = null
  return {
    get: () => current,
    require: () => {
      if (current) return current
      throw new AppError('project.none-open', 'No project is open. Open one, or make one from a folder of photos.')
    },
    set: (project) => {
      current = project
    },
  }
}
