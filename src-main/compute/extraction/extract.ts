import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { AppError, toAppError } from '#shared/contract/app-error.ts'
import type { ExtractionInput, ExtractionMessage, ExtractionScene, MeasuredCosine } from './extraction-contract.ts'
import type { ExtractionParts, PreparedScene, SceneExtractor } from './scene-extractor.ts'
import type { WeightsLoader } from './weights-loader.ts'

/**
 * Vectors of scene after scene, in order: `start`, then `scene` or `failed` for each, `end`. The next photo is read and decoded
 * while the network runs. A photo that cannot be read fails alone; whatever is wrong with the weights ends the stream.
 * Stops between two batches when the signal aborts.
 */
export async function* extract(
  parts: ExtractionParts & { readonly weights: WeightsLoader },
  input: ExtractionInput,
  signal: AbortSignal,
): AsyncGenerator<ExtractionMessage> {
  const { description, open } = await parts.weights.load(input.weights.file)
  signal.throwIfAborted()
  const extractor = await open(parts, input)
  const { provider, reason } = extractor
  const cosine = await firstCosine(extractor, input.scenes)
  yield { kind: 'start', provider, reason, width: description.width, sha256: description.sha256, cosine }
  const rest = async (): Promise<void> => {
    // A turn of the event loop lets a cancellation arrive: the network's run itself blocks this thread.
    await setImmediate()
    signal.throwIfAborted()
  }
  let ahead = prepare(extractor, input.scenes[0])
  for (const index of input.scenes.keys()) {
    await rest()
    const start = performance.now()
    const prepared = await ahead
    ahead = prepare(extractor, input.scenes[index + 1])
    yield await runScene(prepared, index, rest, start)
  }
  yield { kind: 'end' }
}

type Prepared = PreparedScene | AppError

/** A failure is kept until its scene's turn. */
function prepare(extractor: SceneExtractor, scene: ExtractionScene | undefined): Promise<Prepared | null> {
  return scene ? extractor.prepare(scene).catch(toAppError) : Promise.resolve(null)
}

async function runScene(
  prepared: Prepared | null,
  index: number,
  rest: () => Promise<void>,
  start: number,
): Promise<ExtractionMessage> {
  if (prepared === null) throw new TypeError(`scene ${index} was not prepared`)
  if (prepared instanceof AppError) return failed(index, prepared)
  const { vectors, withoutArea } = await prepared.run(rest)
  return { kind: 'scene', index, vectors, withoutArea, elapsedMs: performance.now() - start }
}

const failed = (index: number, { code, message }: AppError): ExtractionMessage => ({
  kind: 'failed',
  index,
  error: { code, message },
})

/** Of the first scene that can be read and has students. */
async function firstCosine(
  extractor: SceneExtractor,
  scenes: readonly ExtractionScene[],
): Promise<MeasuredCosine | null> {
  for (const scene of scenes) {
    if (scene.boxes.length === 0) continue
    try {
      return await extractor.measureCosine(scene)
    } catch (error) {
      // Its own turn will say that this photo cannot be read.
      if (!(error instanceof AppError && error.code.startsWith('photo.'))) throw error
    }
  }
  return null
}
