import { stat } from 'node:fs/promises'
import { decodePhoto } from './decode-photo.ts'
import type { UprightPhoto } from './decode-photo.ts'
import { readFailure } from './photo-file.ts'

/** Decoded photos kept for the next crop of the same scene: at four bytes a pixel, 240 MB at most. */
const mostPixels = 60e6

export interface PhotoCache {
  /** The decoded photo, from memory where the file has not changed since. Throws as `decodePhoto` does. */
  get(file: string): Promise<UprightPhoto>
}

/** Sixty crops of one scene decode its photo once. */
export function createPhotoCache(): PhotoCache {
  const photos = new Map<string, Promise<UprightPhoto>>()

  const get = async (file: string): Promise<UprightPhoto> => {
    const facts = await stat(file).catch((error: unknown) => {
      throw readFailure(file, error)
    })
    const key = `${file}\0${facts.size}\0${facts.mtimeMs}`
    const known = photos.get(key)
    const photo = known ?? decodePhoto(file)
    photos.delete(key)
    photos.set(key, photo)
    if (!known) {
      photo.catch(() => photos.delete(key))
      await photo
      await forgetOldest(photos)
    }
    return photo
  }
  return { get }
}

async function forgetOldest(photos: Map<string, Promise<UprightPhoto>>): Promise<void> {
  let pixels = 0
  for (const [key, photo] of [...photos].reverse()) {
    const size = await photo.catch(() => null)
    pixels += size ? size.widthPx * size.heightPx : 0
    if (pixels > mostPixels) photos.delete(key)
  }
}
