import { setImmediate } from 'node:timers/promises'
import { viewElements } from '#main/codecs/elements/element-type.ts'
import { elementsToFloat32 } from '#main/codecs/elements/to-float.ts'
import { vectorBlocks } from '#main/exchange/rafnet/stream-vectors.ts'
import type { WriteModality } from '#main/exchange/rafnet/write-plan.ts'

/** All vectors of a modality as float32, [rows, width]. Throws as `vectorBlocks`, and the signal's reason. */
export async function readVectors(modality: WriteModality, signal: AbortSignal): Promise<Float32Array> {
  const values = new Float32Array(modality.rows.length * modality.width)
  let at = 0
  for (const block of vectorBlocks({ ...modality, form: { container: 'array', dtype: '<f4' } })) {
    const part = elementsToFloat32('float32', viewElements('float32', block))
    values.set(part, at)
    at += part.length
    await setImmediate()
    signal.throwIfAborted()
  }
  return values
}
