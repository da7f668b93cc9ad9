export type PhotoFormat = 'jpeg' | 'png' | 'webp' | 'bmp' | 'tiff' | 'avif'

/** EXIF orientation, 1 to 8: which of the stored picture's corners is the upright picture's upper left, and whether it is mirrored. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** What a photo file says before its pixels are decoded. */
export interface PhotoHeader {
  readonly format: PhotoFormat
  /** Size as stored, before EXIF rotation. */
  readonly storedWidthPx: number
  readonly storedHeightPx: number
  readonly orientation: Orientation
  /** EXIF DateTimeOriginal as ISO 8601 without zone, or null. */
  readonly takenAt: string | null
}

/** Size of the upright picture: orientations 5 to 8 swap width and height. */
export function uprightSize(header: PhotoHeader): { readonly widthPx: number; readonly heightPx: number } {
  const { storedWidthPx, storedHeightPx, orientation } = header
  return orientation >= 5
    ? { widthPx: storedHeightPx, heightPx: storedWidthPx }
    : { widthPx: storedWidthPx, heightPx: storedHeightPx }
}
