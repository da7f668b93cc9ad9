import { AppError } from '#shared/contract/app-error.ts'

/** Decoded pixels take four bytes each; more than this would endanger the machine. */
export const mostMegapixels = 200

/** `photo.unreadable`: `reason` ends the sentence "… cannot be shown: …". */
export function unreadable(file: string, reason: string, cause?: unknown): AppError {
  const message = `${file} cannot be read as a photo: ${reason}. Replace the file, or convert it to JPEG.`
  return new AppError('photo.unreadable', message, { file, reason }, { cause })
}

export function tooLarge(file: string, widthPx: number, heightPx: number): AppError {
  return new AppError(
    'photo.too-large',
    `${file} is ${widthPx} × ${heightPx} px, more than the ${mostMegapixels} megapixels that Lectern decodes. Save a smaller copy of it.`,
    { file, widthPx, heightPx, mostMegapixels },
  )
}

export const isTooLarge = (widthPx: number, heightPx: number): boolean => widthPx * heightPx > mostMegapixels * 1e6
