/** IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) to a number; exact. */
function decodeHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

let halfTable: Float32Array | null = null

/** All 65,536 halves, decoded on first use: a look-up is several times faster than the arithmetic. */
function halves(): Float32Array {
  halfTable ??= Float32Array.from({ length: 65_536 }, (_, half) => decodeHalf(half))
  return halfTable
}

/** Raw float16 bits to float32, exact. */
export function halfToFloat32(raw: Uint16Array): Float32Array {
  const table = halves()
  const values = new Float32Array(raw.length)
  for (let index = 0; index < raw.length; index += 1) values[index] = table[raw[index]!]!
  return values
}

/** Raw bfloat16 bits (the upper half of a float32) to float32, exact. */
export function bfloatToFloat32(raw: Uint16Array): Float32Array {
  const values = new Uint32Array(raw.length)
  for (let index = 0; index < raw.length; index += 1) values[index] = raw[index]! << 16
  return new Float32Array(values.buffer)
}

const double = new Float64Array(1)
const doubleBits = new Uint32Array(double.buffer)

/** Nearest float16 of a number, ties to even, as raw bits (as numpy rounds float64, without a step over float32). */
export function halfFromNumber(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude >= 65_520) return sign | 0x7c00 // halfway between the largest half and the next step
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24)
  double[0] = magnitude
  const exponent = (doubleBits[1]! >>> 20) - 1023
  return sign | (((exponent + 15) << 10) + roundToEven(magnitude * 2 ** (10 - exponent)) - 1024)
}

function roundToEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded
}
