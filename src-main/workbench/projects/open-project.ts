import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Store } from '#main/store/store.ts'
import { getProperty, setProperty } from '#main/store/tables/property.ts'
import type { FolderLock } from '#main/store/folder-lock.ts'

/** A project with its database open and its folder locked. */
export interface OpenProject {
  /** Absolute, exactly the folder that was asked for. */
  readonly folder: string
  readonly store: Store
  readonly lock: FolderLock
}

/** Folders of a project besides its database. */
export const projectFolders = ['features', 'models', 'thumbnails', 'backups'] as const

export const databaseFile = (folder: string): string => join(folder, 'project.sqlite')

/** The absolute path of something that the database names relative to the project folder. */
export const projectFile = (project: OpenProject, relativePath: string): string => join(project.folder, relativePath)

/** The folder that scenes' paths are relative to, or null. It is looked for beside the project where both were moved together. */
export function photoRootOf(project: OpenProject): string | null {
  const absolute = getProperty(project.store, 'photoRoot')
  if (absolute === null || existsSync(absolute)) return absolute
  const fromProject = getProperty(project.store, 'photoRootFromProject')
  const moved = fromProject === null ? null : resolve(project.folder, fromProject)
  return moved !== null && existsSync(moved) ? moved : absolute
}

export function setPhotoRoot(project: OpenProject, photoRoot: string): void {
  project.store.transaction(() => {
    setProperty(project.store, 'photoRoot', resolve(photoRoot))
    setProperty(project.store, 'photoRootFromProject', relative(project.folder, resolve(photoRoot)))
  })
}
