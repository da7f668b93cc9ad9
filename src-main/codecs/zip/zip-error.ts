import { AppError } from '#shared/contract/app-error.ts'
import type { ErrorDetails } from '#shared/contract/app-error.ts'

/** An AppError `zip.<reason>` whose sentence names the file. */
export function zipError(file: string, reason: string, sentence: string, details: ErrorDetails = {}): AppError {
  return new AppError(`zip.${reason}`, `${file}: ${sentence}.`, { file, ...details })
}
