import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import { listScenePhotos, updateScene } from '#main/store/tables/scene.ts'
import { pathSegments } from '#main/exchange/photos/match-photos.ts'
import { photoRootOf, setPhotoRoot } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'

/** Where photos are looked for: `folder`, which lies `prefix` below the project's photo root (`''` or `a/b/`). */
export interface PhotoPlace {
  readonly folder: string
  readonly prefix: string
}

const toPosix = (path: string): string => path.split(sep).join('/')

/** `a/b/` where `folder` lies below `root`, '' where they are one, null elsewhere. */
function prefixBelow(root: string, folder: string): string | null {
  const path = relative(root, folder)
  if (path === '') return ''
  return path.startsWith('..') || isAbsolute(path) ? null : `${toPosix(path)}/`
}

function commonFolder(a: string, b: string): string | null {
  const one = resolve(a).split(sep)
  const other = resolve(b).split(sep)
  let length = 0
  while (length < Math.min(one.length, other.length) && one[length] === other[length]) length += 1
  return length > 1 ? one.slice(0, length).join(sep) : null
}

/** Makes `root` the photo root of a project whose photos lie deeper: one transaction, since scenes and root belong together. */
function widenRoot(project: OpenProject, root: string, prefix: string): void {
  const { store } = project
  store.transaction(() => {
    for (const scene of listScenePhotos(store)) {
      if (scene.hasPhoto) updateScene(store, scene.id, { relativePath: prefix + scene.relativePath })
    }
    setPhotoRoot(project, root)
  })
}

/**
 * The folder as a place below the project's photo root. The first folder becomes the root; a later one beside it moves the root up to the
 * folder that holds both. Throws AppError `exchange.file-missing` where it is not there, `exchange.not-a-folder`, `exchange.photo-root-apart` where no folder
 * holds both.
 */
export function placeOf(project: OpenProject, folder: string): PhotoPlace {
  const at = resolve(folder)
  if (!existsSync(at)) {
    throw new AppError('exchange.file-missing', `The photo folder ${at} is not there; check the path.`, { file: at })
  }
  if (!statSync(at).isDirectory()) {
    throw new AppError('exchange.not-a-folder', `${at} is a file; choose the folder that holds the photos.`, {
      file: at,
    })
  }
  const root = photoRootOf(project)
  if (root === null || !listScenePhotos(project.store).some(({ hasPhoto }) => hasPhoto)) {
    setPhotoRoot(project, at)
    return { folder: at, prefix: '' }
  }
  const below = prefixBelow(root, at)
  if (below !== null) return { folder: at, prefix: below }
  const common = commonFolder(root, at)
  if (common === null) {
    throw new AppError(
      'exchange.photo-root-apart',
      `The photos of this project lie in ${root}, and ${at} is on another disk; bring them under one folder, or make a project of each.`,
      { photoRoot: root, folder: at },
    )
  }
  widenRoot(project, common, prefixBelow(common, root) ?? '')
  return { folder: at, prefix: prefixBelow(common, at) ?? '' }
}

/** The project's own photo root as a place, or null where it has none. */
export function projectPlace(project: OpenProject): PhotoPlace | null {
  const root = photoRootOf(project)
  return root !== null && existsSync(root) ? { folder: root, prefix: '' } : null
}

/** The folder from which the paths of a file lead to photos: the file's own, where its first photo lies there; null elsewhere. */
export function folderBeside(fileFolder: string, imgPath: string): string | null {
  const isRelative = !/^([a-zA-Z]:|[\\/])/.test(imgPath)
  return isRelative && existsSync(join(fileFolder, ...pathSegments(imgPath))) ? fileFolder : null
}
