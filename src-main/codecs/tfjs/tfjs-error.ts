import { AppError } from '#shared/contract/app-error.ts'
import type { ErrorDetails } from '#shared/contract/app-error.ts'

/** An AppError `tfjs.<reason>` whose sentence names the file. */
export function tfjsError(file: string, reason: string, sentence: string, details: ErrorDetails = {}): AppError {
  return new AppError(`tfjs.${reason}`, `${file}: ${sentence}.`, { file, ...details })
}
