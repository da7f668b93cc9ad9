import { elementCount } from '../elements/row-major.ts'
import { viewElements } from '../elements/element-type.ts'
import { halfToFloat32 } from '../elements/half-float.ts'
import type { TfTensor } from './graph-model.ts'
import type { WeightEntry } from './manifest.ts'
import { tfjsError } from './tfjs-error.ts'

const storedTypes = {
  float32: 'float32',
  int32: 'int32',
  bool: 'bool',
  float16: 'float16',
  uint8: 'uint8',
  uint16: 'uint16',
} as const
const storedBytes = { float32: 4, int32: 4, bool: 1, float16: 2, uint8: 1, uint16: 2 } as const

/**
 * The weights of one group, which lie one after the other in its bytes. No array is made before the bytes were found to
 * be as many as the manifest says. Quantised weights are `value · scale + min` in float32, as TensorFlow.js computes it.
 * @throws AppError `tfjs.weights-size`, `tfjs.malformed`
 */
export function readWeights(entries: readonly WeightEntry[], bytes: Uint8Array, file: string): [string, TfTensor][] {
  const sizes = entries.map((entry) => elementCount(entry.shape) * storedBytes[storedType(entry)])
  const needed = sizes.reduce((all, size) => all + size, 0)
  if (needed !== bytes.byteLength) {
    throw tfjsError(
      file,
      'weights-size',
      `its weights take ${needed} bytes, but there are ${bytes.byteLength}; get the model's files again`,
      { needed, available: bytes.byteLength },
    )
  }
  let offset = 0
  return entries.map((entry, index) => {
    const raw = bytes.subarray(offset, offset + sizes[index]!)
    offset += sizes[index]!
    return [entry.name, { shape: entry.shape, values: readValues(entry, raw, file) }]
  })
}

const storedType = ({ dtype, quantization }: WeightEntry): keyof typeof storedTypes => quantization?.dtype ?? dtype

function readValues(entry: WeightEntry, raw: Uint8Array, file: string): TfTensor['values'] {
  const { quantization, dtype, name } = entry
  const stored = viewElements(storedTypes[storedType(entry)], raw)
  if (!quantization) return stored as TfTensor['values']
  if (stored instanceof Uint16Array && quantization.dtype === 'float16') return halfToFloat32(stored)
  const { scale, min } = quantization
  if (scale === undefined || min === undefined) {
    throw tfjsError(file, 'malformed', `the weight "${name}" is quantised without a scale and a minimum`, { name })
  }
  const values = Float32Array.from(stored as Uint8Array | Uint16Array, (value) => value * scale + min)
  return dtype === 'int32' ? Int32Array.from(values, Math.round) : values
}
