import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import { getScene } from '#main/store/tables/scene.ts'
import { photoRootOf, type OpenProject } from '../projects/open-project.ts'

/**
 * The real file of a scene's photo, which lies below the photo root even when links are followed. Throws AppError
 * `media.unknown` (no such scene), `media.no-photo`, `media.photo-missing` or `media.outside`.
 */
export async function photoFile(project: OpenProject, sceneId: number): Promise<string> {
  const scene = getScene(project.store, sceneId)
  if (!scene) throw new AppError('media.unknown', `There is no scene ${sceneId} in this project.`, { sceneId })
  const root = photoRootOf(project)
  if (root === null || !scene.hasPhoto) {
    throw new AppError('media.no-photo', `${scene.relativePath} has no photo. Link the folder of the photos.`, {
      scene: scene.relativePath,
    })
  }
  const missing = (): never => {
    throw new AppError(
      'media.photo-missing',
      `The photo ${scene.relativePath} is not in ${root} any more. Put it back, or link the folder where the photos are now.`,
      { scene: scene.relativePath, photoRoot: root },
    )
  }
  const base = await realpath(root).catch(missing)
  const file = await realpath(join(base, scene.relativePath)).catch(missing)
  if (!isInside(base, file)) {
    throw new AppError(
      'media.outside',
      `${scene.relativePath} leads out of the photo folder ${root} and is not shown.`,
      {
        scene: scene.relativePath,
      },
    )
  }
  return file
}

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file)
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
}
