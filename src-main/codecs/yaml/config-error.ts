import { AppError } from '#shared/contract/app-error.ts'
import type { ErrorDetails } from '#shared/contract/app-error.ts'

/** An AppError `config.<reason>` whose sentence names the file. */
export function configError(file: string, reason: string, sentence: string, details: ErrorDetails = {}): AppError {
  return new AppError(`config.${reason}`, `${file}: ${sentence}.`, { file, ...details })
}
