import { AppError } from '#shared/contract/app-error.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import type { PlainTensor } from '../sessions/tensor.ts'

/** One run of a session. Throws AppError `model.run-failed` with ONNX Runtime's reason and `advice`. */
export async function runSession(
  { file, session }: { readonly file: string; readonly session: ModelSession },
  feeds: Readonly<Record<string, PlainTensor>>,
  advice: string,
): Promise<ReadonlyMap<string, PlainTensor>> {
  try {
    return await session.run(feeds)
  } catch (error) {
    if (error instanceof AppError) throw error
    const reason = error instanceof Error ? error.message.trim() : String(error)
    throw new AppError(
      'model.run-failed',
      `${file} could not be run: ${reason} ${advice}`,
      { file, reason },
      { cause: error },
    )
  }
}
