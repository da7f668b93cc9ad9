import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { toAppError } from '#shared/contract/app-error.ts'
import type { RecentProject } from '#shared/contract/project.ts'
import { createJsonFile } from '../json-file.ts'
import { databaseFile } from './open-project.ts'

const schema = z.array(
  z.object({
    folder: z.string(),
    name: z.string(),
    openedAt: z.string(),
    scenes: z.int().nonnegative(),
    reviewedScenes: z.int().nonnegative(),
  }),
)
type Remembered = z.infer<typeof schema>[number]

export interface RecentProjects {
  /** Newest first; those that are gone are listed with `exists` false until they are forgotten. */
  list(): Promise<RecentProject[]>
  /** Never throws: a project must open and close whether or not it can be listed. `onWarning` hears of it. */
  remember(project: Remembered): Promise<void>
  forget(folder: string): Promise<void>
}

const keptAtMost = 20

export interface RecentProjectsOptions {
  readonly onDamaged: (keptAs: string) => void
  readonly onWarning: (sentence: string) => void
}

/** The projects this person opened last: `recent-projects.json` in their data folder. */
export function createRecentProjects(userDataFolder: string, options: RecentProjectsOptions): RecentProjects {
  const { onDamaged, onWarning } = options
  const file = createJsonFile({ file: join(userDataFolder, 'recent-projects.json'), schema, fallback: [], onDamaged })
  return {
    list: async () =>
      (await file.read()).map((project) => ({ ...project, exists: existsSync(databaseFile(project.folder)) })),
    remember: async (project) => {
      const first = (known: readonly Remembered[]): Remembered[] =>
        [project, ...known.filter((one) => one.folder !== project.folder)].slice(0, keptAtMost)
      await file.update(first).catch((error: unknown) => {
        onWarning(`${project.folder} could not be put among the recent projects. ${toAppError(error).message}`)
      })
    },
    forget: async (folder) => {
      await file.update((known) => known.filter((one) => one.folder !== folder))
    },
  }
}

/** `Class 3-201` for the folder `Class 3-201.lectern`. */
export const projectName = (folder: string): string => basename(folder).replace(/\.lectern$/i, '')
