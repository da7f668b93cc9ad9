import type { WrittenPickle } from '#main/exchange/rafnet/write-feature-pickle.ts'
import { writePlainFeatures } from '#main/exchange/rafnet/write-plain-features.ts'
import type { PlainFeatures } from '#main/exchange/rafnet/write-plain-features.ts'
import type { Progress } from '../protocol.ts'

/** Writes the pickle, with progress in bytes of vectors, and says what was written. Throws AppError `export.write-failed`. */
export async function* writePlain(
  { features, out }: { readonly features: PlainFeatures; readonly out: string },
  signal: AbortSignal,
): AsyncGenerator<Progress<WrittenPickle>> {
  const total = features.modalities.reduce((sum, { width }) => sum + width * 4 * features.labels.length, 0)
  const writing = writePlainFeatures(features, out, { code: 'export.write-failed', signal })
  let step = await writing.next()
  for (; !step.done; step = await writing.next()) yield { kind: 'progress', done: Math.min(step.value, total), total }
  yield { kind: 'result', result: { ...step.value, contextFile: null } }
}
