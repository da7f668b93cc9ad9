import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
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
  remember(project: Remembered): Promise<void>
  forget(folder: string): Promise<void>
}

const keptAtMost = 20

/** The projects this person opened last: `recent-projects.json` in their data folder. */
export function createRecentProjects(userDataFolder: string, onDamaged: (keptAs: string) => void): RecentProjects {
  const file = createJsonFile({ file: join(userDataFolder, 'recent-projects.json'), schema, fallback: [], onDamaged })
  return {
    list: async () =>
      (await file.read()).map((project) => ({ ...project, exists: existsSync(databaseFile(project.folder)) })),
    remember: async (project) => {
      await file.update((known) =>
        [project, ...known.filter((one) => one.folder !== project.folder)].slice(0, keptAtMost),
      )
    },
    forget: async (folder) => {
      await file.update((known) => known.filter((one) => one.folder !== folder))
    },
  }
}

/** `Class 3-201` for the folder `Class 3-201.lectern`. */
export const projectName = (folder: string): string => basename(folder).replace(/\.lectern$/i, '')
