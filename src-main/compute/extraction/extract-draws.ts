import { setImmediate } from 'node:timers/promises'
import { AppError } from '#shared/contract/app-error.ts'
import type { ExtractParts } from './extract.ts'
import { sceneOfPhoto } from './extract.ts'
import type { DrawMessage, DrawsInput } from './extraction-contract.ts'
import type { SceneExtractor, SceneOfPhoto } from './scene-extractor.ts'

/**
 * Each scene's vectors under several draws of noise, to show how far they move: `draw` for each or `failed` for a photo that
 * cannot be read, then `end`. Stops between two runs when the signal aborts. Throws AppError as `extract` does, and
 * `extraction.no-noise`.
 */
export async function* extractDraws(
  parts: ExtractParts,
  input: DrawsInput,
  signal: AbortSignal,
): AsyncGenerator<DrawMessage> {
  const { device, batch } = input
  const { open } = await parts.weights.load(input.weights.file)
  signal.throwIfAborted()
  const extractor = await open(parts, { device, batch, precision: 'float32' })
  const rest = async (): Promise<void> => {
    await setImmediate()
    signal.throwIfAborted()
  }
  for (const [index, scene] of input.scenes.entries()) {
    try {
      const shown = sceneOfPhoto(scene, scene.boxes, await parts.decode(scene.file))
      let draw = 0
      for await (const vectors of drawsOf(extractor, shown, input, rest)) {
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

function drawsOf(
  extractor: SceneExtractor,
  scene: SceneOfPhoto,
  { weights, seed, draws }: DrawsInput,
  rest: () => Promise<void>,
): AsyncIterable<Float32Array> {
  if (!extractor.draws) {
    throw new AppError(
      'extraction.no-noise',
      `${weights.file} draws no random numbers: its vectors are the same every time. Choose GroupRec's relation network.`,
      { file: weights.file },
    )
  }
  return extractor.draws(scene, { seed, draws }, rest)
}
