import { AppError } from '#shared/contract/app-error.ts'
import type { ErrorDetails } from '#shared/contract/app-error.ts'

/** An AppError `checkpoint.<reason>` whose sentence names the file. */
export function checkpointError(file: string, reason: string, sentence: string, details: ErrorDetails = {}): AppError {
  return new AppError(`checkpoint.${reason}`, `${file}: ${sentence}.`, { file, ...details })
}
