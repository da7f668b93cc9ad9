import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, stat } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { AppError, toAppError } from '#shared/contract/app-error.ts'
import { cropAround } from '#shared/geometry/crop-around.ts'
import { getScene, updateScene } from '#main/store/tables/scene.ts'
import { getStudent } from '#main/store/tables/student.ts'
import { fileError, makeFolder } from '../files.ts'
import { photoRootOf, projectFile } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { createByteCache, type ByteCache } from './byte-cache.ts'
import type { MediaResponse } from './media-response.ts'
import { imageResponse, type MediaRoutes } from './media-routes.ts'
import { photoFile } from './photo-file.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.jpe': 'image/jpeg',
  '.jfif': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.bmp': 'image/bmp',
}
const thumbnailLongerSidePx = 320
const cropLongerSidePx = 256
/** Share of the box's sides shown around it, so that a raised hand or a phone beside the box is seen. */
const cropMargin = 0.12
/** About 2,000 crops, and as many bytes of thumbnails. */
const cacheBytes = 24 * 1024 * 1024

type Parts = Pick<WorkbenchContext, 'project' | 'compute' | 'changes'>

/** The images of the open project: `photo/<sceneId>`, `thumbnail/<sceneId>`, `crop/<studentId>`. */
export function registerProjectMedia(media: MediaRoutes, parts: Parts): void {
  const crops = createByteCache(cacheBytes)
  const thumbnails = createByteCache(cacheBytes)
  media.register('photo', (rest) => photo(parts, idOf(rest)))
  media.register('thumbnail', (rest) => thumbnail(parts, thumbnails, idOf(rest)))
  media.register('crop', async (rest) => {
    const crop = await findCrop(parts, idOf(rest))
    const body = await crops.get(crop.key, () => parts.compute.photos.crop(crop.input))
    return imageResponse(body, 'image/jpeg')
  })
}

function idOf(rest: string): number {
  const id = Number(rest)
  if (!Number.isSafeInteger(id) || id <= 0) throw new AppError('media.unknown', `"${rest}" is no id of an image.`)
  return id
}

/** The original's own bytes where browsers can show them: a photo is never decoded only to be encoded again. */
async function photo({ compute, ...parts }: Parts, sceneId: number): Promise<MediaResponse> {
  const file = await sceneFile(parts, sceneId)
  const contentType = contentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream'
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError(file, error)
  })
  // A name may lie: a TIFF called .jpg is shown as what it is.
  const isJpeg = contentType === 'image/jpeg' && bytes[0] === 0xff && bytes[1] === 0xd8
  const reencoded = isJpeg ? null : await compute.photos.transcode({ file })
  return reencoded ? imageResponse(reencoded, 'image/jpeg') : imageResponse(bytes, contentType)
}

/** The scene's photo. One that is gone from its folder is marked, so that the scene says so and a rescan looks for it. */
async function sceneFile({ project, changes }: Omit<Parts, 'compute'>, sceneId: number): Promise<string> {
  const opened = project.require()
  try {
    return await photoFile(opened, sceneId)
  } catch (error) {
    const { code } = toAppError(error)
    const root = photoRootOf(opened)
    // Where the whole folder is away, as with its drive, nothing is said of single photos.
    if (code === 'media.photo-missing' && root !== null && existsSync(root)) {
      updateScene(opened.store, sceneId, { hasPhoto: false })
      changes.publish(['scenes'], [sceneId])
    }
    throw error
  }
}

/** Made once and kept in the project; a photo that changed gets a new one, since its time of change is part of the name. */
async function thumbnail({ compute, ...parts }: Parts, cache: ByteCache, sceneId: number): Promise<MediaResponse> {
  const opened = parts.project.require()
  const file = await sceneFile(parts, sceneId)
  const { mtimeMs, size } = await stat(file)
  const kept = projectFile(opened, `thumbnails/${sceneId}-${Math.round(mtimeMs)}-${size}.jpg`)
  const make = async (): Promise<Uint8Array> => {
    const known = await readFile(kept).catch(() => null)
    if (known) return known
    const beside = `${kept}.${randomUUID()}.part`
    makeFolder(dirname(kept))
    await compute.photos.thumbnail({ file, out: beside, longerSidePx: thumbnailLongerSidePx })
    await rename(beside, kept)
    return readFile(kept)
  }
  return imageResponse(await cache.get(kept, make), 'image/jpeg')
}

async function findCrop({ project }: Parts, studentId: number) {
  const opened = project.require()
  const student = getStudent(opened.store, studentId)
  const scene = student && getScene(opened.store, student.sceneId)
  if (!scene) throw new AppError('media.unknown', `There is no student ${studentId} in this project.`, { studentId })
  const file = await photoFile(opened, scene.id)
  const { mtimeMs } = await stat(file)
  const rectangle = student.box && cropAround(student.box, cropMargin, scene)
  if (!rectangle) {
    throw new AppError(
      'media.no-region',
      `Student ${student.bboxId} of ${scene.relativePath} has no box on the photo.`,
      {
        studentId,
      },
    )
  }
  const { left: x, top: y, widthPx: width, heightPx: height } = rectangle
  return {
    key: `${file} ${mtimeMs} ${x} ${y} ${width} ${height}`,
    input: { file, region: { x, y, width, height }, longerSidePx: cropLongerSidePx },
  }
}
