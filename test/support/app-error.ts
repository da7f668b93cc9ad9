import { AppError } from '#shared/contract/app-error.ts'

/** What an action throws, which must be an AppError; anything else, or nothing, fails the test. */
export function thrownAppError(action: () => unknown): AppError {
  try {
    action()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
