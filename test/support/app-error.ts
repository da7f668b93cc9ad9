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

/** What a promise is rejected with, which must be an AppError; anything else, or success, fails the test. */
export async function rejectedAppError(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof AppError) return error
  throw error instanceof Error ? error : new Error('nothing was thrown')
}
