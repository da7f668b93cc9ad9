import { AppError } from '#shared/contract/app-error.ts'
import type { ErrorDetails } from '#shared/contract/app-error.ts'

/** Where a reader is, for its error messages. */
export interface PickleContext {
  readonly file: string
  offset(): number
}

/** An AppError `pickle.<reason>` whose sentence names the file and the byte. */
export function pickleError(
  context: PickleContext,
  reason: string,
  sentence: string,
  details: ErrorDetails = {},
): AppError {
  const offset = context.offset()
  return new AppError(`pickle.${reason}`, `${context.file}: ${sentence} (at byte ${offset}).`, {
    file: context.file,
    offset,
    ...details,
  })
}

export function malformed(context: PickleContext, sentence: string, details: ErrorDetails = {}): AppError {
  return pickleError(context, 'malformed', `${sentence}; the file is damaged or no pickle`, details)
}
