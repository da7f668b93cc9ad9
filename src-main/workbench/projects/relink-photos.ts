import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import { listScenePhotos, updateScene, type SceneChange, type ScenePhoto } from '#main/store/tables/scene.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import { setPhotoRoot, type OpenProject } from './open-project.ts'

interface Relink {
  readonly scene: ScenePhoto
  readonly change: SceneChange
}

/**
 * Takes `photoRoot` as the folder of the project's photos: scenes find theirs by relative path, else by file name where exactly
 * one photo below the folder has it. Throws AppError `project.photos-missing` where the folder cannot be read.
 */
export async function relinkPhotos(
  project: OpenProject,
  photoRoot: string,
): Promise<{ readonly found: number; readonly missing: number }> {
  const paths = await listFiles(photoRoot)
  const byName = Map.groupBy(paths, (path) => basename(path))
  const present = new Set(paths)
  const scenes = listScenePhotos(project.store)
  const taken = new Set(scenes.filter((scene) => present.has(scene.relativePath)).map((scene) => scene.relativePath))
  const links: Relink[] = []
  for (const scene of scenes) {
    const path = present.has(scene.relativePath) ? scene.relativePath : onlyFree(byName.get(scene.fileName), taken)
    if (path !== null) taken.add(path)
    links.push({ scene, change: await photoFacts(photoRoot, path) })
  }
  setPhotoRoot(project, photoRoot)
  await writeInSteps(project.store, links, ({ scene, change }) => updateScene(project.store, scene.id, change))
  const found = links.filter((link) => link.change.hasPhoto).length
  return { found, missing: links.length - found }
}

async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => {
    throw new AppError(
      'project.photos-missing',
      `The photo folder ${root} cannot be read. Choose a folder that is there.`,
      {
        folder: root,
      },
    )
  })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

function onlyFree(candidates: readonly string[] | undefined, taken: ReadonlySet<string>): string | null {
  const free = (candidates ?? []).filter((path) => !taken.has(path))
  return free.length === 1 ? (free[0] ?? null) : null
}

async function photoFacts(root: string, path: string | null): Promise<SceneChange> {
  if (path === null) return { hasPhoto: false }
  const { mtimeMs, size } = await stat(join(root, path))
  return { relativePath: path, hasPhoto: true, photoModifiedMs: mtimeMs, photoBytes: size }
}
