import { setImmediate } from 'node:timers/promises'
import { AppError } from '#shared/contract/app-error.ts'
import type { DrawMessage, DrawsInput, ExtractionScene } from './extraction-contract.ts'
import type { ExtractionParts, SceneExtractor } from './scene-extractor.ts'
import type { WeightsLoader } from './weights-loader.ts'

/**
 * Each scene's vectors under several draws of noise, to show how far they move: `draw` for each or `failed` for a photo that
 * cannot be read, then `end`. Stops between two runs when the signal aborts. Throws AppError as `extract` does, and
 * `extraction.no-noise`.
 */
export async function* extractDraws(
  parts: ExtractionParts & { readonly weights: WeightsLoader },
  input: DrawsInput,
  signal: AbortSignal,
): AsyncGenerator<DrawMessage> {
  const { open } = await parts.weights.load(input.weights.file)
  signal.throwIfAborted()
  const extractor = await open(parts, { ...input, precision: 'float32' })
  const rest = async (): Promise<void> => {
    await setImmediate()
    signal.throwIfAborted()
  }
  for (const [index, scene] of input.scenes.entries()) {
    try {
      let draw = 0
      for await (const vectors of drawsOf(extractor, scene, input, rest)) {
        yield { kind: 'draw', index, draw, vectors }
        draw += 1
      }
    } catch (error) {
      if (!(error instanceof AppError && error.code.startsWith('photo.'))) throw error
      yield { kind: 'failed', index, error: { code: error.code, message: error.message } }
    }
  }
  yield { kind: 'end' }
}

async function* drawsOf(
  extractor: SceneExtractor,
  scene: ExtractionScene,
  { weights, seed, draws }: DrawsInput,
  rest: () => Promise<void>,
): AsyncGenerator<Float32Array> {
  const prepared = await extractor.prepare(scene)
  if (!prepared.draws) {
    throw new AppError(
      'extraction.no-noise',
      `${weights.file} draws no random numbers: its vectors are the same every time. Choose GroupRec's relation network.`,
      { file: weights.file },
    )
  }
  yield* prepared.draws({ seed, draws }, rest)
}
