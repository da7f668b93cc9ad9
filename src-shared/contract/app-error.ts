/** Serialisable facts about an error: what the interface and the command line show beside the sentence. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/** What crosses a process or network boundary in place of an AppError. */
export interface AppErrorData {
  readonly code: string
  readonly message: string
  readonly details: ErrorDetails
}

/**
 * The one error that users see. `code` is stable (`pickle.global-refused`: room, dot, kebab-case reason);
 * `message` is a sentence that names the file and the value and says what to do next.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: string
  readonly details: ErrorDetails

  constructor(code: string, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = details
  }

  toJSON(): AppErrorData {
    return { code: this.code, message: this.message, details: this.details }
  }

  static from(data: AppErrorData): AppError {
    return new AppError(data.code, data.message, data.details)
  }
}

/** The error of work that somebody stopped; it is no failure and is never shown as one. */
export const cancelled = (): AppError => new AppError('job.cancelled', 'The work was cancelled.')

/** Any thrown value as an AppError; what is not one already becomes `internal.unexpected` with its own message kept. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new AppError('internal.unexpected', message, {}, { cause: error })
}
