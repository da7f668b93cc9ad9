/** A safe integer as number, any other as bigint: how Python ints are held here. */
export function integerOf(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Python's LONG1 and LONG4 payload: little-endian two's complement, empty for 0. */
export function decodeInteger(bytes: Uint8Array): number | bigint {
  if (bytes.byteLength === 0) return 0
  let hexadecimal = '0x'
  for (let index = bytes.byteLength - 1; index >= 0; index -= 1) {
    hexadecimal += bytes[index]!.toString(16).padStart(2, '0')
  }
  const unsigned = BigInt(hexadecimal)
  const negative = bytes[bytes.byteLength - 1]! >= 0x80
  return integerOf(negative ? unsigned - (1n << BigInt(8 * bytes.byteLength)) : unsigned)
}

/** The same payload from an integer, as short as Python makes it. */
export function encodeInteger(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0)
  const magnitude = value < 0n ? -value - 1n : value
  const bits = magnitude.toString(2).length + 1
  const length = value === -1n ? 1 : Math.ceil(bits / 8)
  const hexadecimal = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0')
  return Uint8Array.from({ length }, (_, index) =>
    Number.parseInt(hexadecimal.slice((length - 1 - index) * 2, (length - index) * 2), 16),
  )
}
