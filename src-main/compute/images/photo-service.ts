import type { Handlers } from '#shared/rpc/types.ts'
import type { ComputeContract } from '../protocol.ts'
import { inspectPhotos } from './inspect-photos.ts'
import { lookAtPhotos } from './look-at-photos.ts'
import { createPhotoCache } from './photo-cache.ts'
import { photoHeader } from './photo-file.ts'
import { annotatePhoto, cropPhoto, transcodePhoto, writeThumbnail } from './render-photo.ts'

/** The `photos` part of the compute contract. */
export function createPhotoService(): Handlers<ComputeContract>['photos'] {
  const cache = createPhotoCache()
  return {
    inspect: ({ files }, { signal }) => inspectPhotos(files, signal),
    look: ({ files }, { signal }) => lookAtPhotos(files, signal),
    thumbnail: async ({ file, out, longerSidePx }) => {
      await writeThumbnail(await cache.get(file), out, longerSidePx)
      return null
    },
    crop: async ({ file, region, longerSidePx }) => cropPhoto(await cache.get(file), region, longerSidePx),
    annotate: async ({ file, ...options }) => annotatePhoto(await cache.get(file), options),
    transcode: async ({ file }) => (needsTranscoding(file) ? transcodePhoto(await cache.get(file)) : null),
  }
}

/** Browsers show no TIFF, not all of them AVIF, and turn only JPEGs by their EXIF orientation. */
function needsTranscoding(file: string): boolean {
  const header = photoHeader(file)
  return (
    !header ||
    header.format === 'tiff' ||
    header.format === 'avif' ||
    (header.format !== 'jpeg' && header.orientation !== 1)
  )
}
