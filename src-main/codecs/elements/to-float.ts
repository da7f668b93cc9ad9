import type { ElementArray, ElementType } from './element-type.ts'
import { bfloatToFloat32, halfToFloat32 } from './half-float.ts'

/** Elements as float32: the same array where they are float32 already, else a rounded copy. */
export function elementsToFloat32(type: ElementType, elements: ElementArray): Float32Array {
  if (elements instanceof Float32Array) return elements
  if (type === 'float16') return halfToFloat32(elements as Uint16Array)
  if (type === 'bfloat16') return bfloatToFloat32(elements as Uint16Array)
  return copyNumbers(elements, new Float32Array(elements.length))
}

/** Elements as float64; int64 beyond 2^53 is rounded to the nearest double. */
export function elementsToFloat64(type: ElementType, elements: ElementArray): Float64Array {
  if (elements instanceof Float64Array) return elements
  if (type === 'float16' || type === 'bfloat16') return Float64Array.from(elementsToFloat32(type, elements))
  return copyNumbers(elements, new Float64Array(elements.length))
}

function copyNumbers<Target extends Float32Array | Float64Array>(elements: ElementArray, target: Target): Target {
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
    for (let index = 0; index < elements.length; index += 1) target[index] = Number(elements[index])
  } else {
    target.set(elements)
  }
  return target
}
