import { toAppError } from '#shared/contract/app-error.ts'
import type { AppError } from '#shared/contract/app-error.ts'
import type { RgbaPixels } from '../images/resample/resize-region.ts'

/** Reads the upright pixels of a photo. Throws AppError `photo.*`. */
export type DecodePhoto = (file: string) => Promise<RgbaPixels>

/** Photos by their position; a failure is kept until its photo's turn. */
export interface PhotosInTurn {
  /** Before its turn: the photo stays in memory until then. */
  look(index: number): Promise<RgbaPixels | AppError>
  /** Gives the photo away and begins with the next one. */
  take(index: number): Promise<RgbaPixels | AppError>
}

/** Every photo is decoded once, whoever looks at it and how often; the next one while networks run on the last. */
export function photosInTurn(decode: DecodePhoto, files: readonly string[]): PhotosInTurn {
  const decoded = new Map<number, Promise<RgbaPixels | AppError>>()
  const look = (index: number): Promise<RgbaPixels | AppError> => {
    const photo = decoded.get(index) ?? decode(files[index]!).catch(toAppError)
    decoded.set(index, photo)
    return photo
  }
  const take = async (index: number): Promise<RgbaPixels | AppError> => {
    const photo = await look(index)
    decoded.delete(index)
    if (index + 1 < files.length) void look(index + 1)
    return photo
  }
  return { look, take }
}
