import type { ByteOrder } from './numpy-dtype.ts'

/** numpy pads fixed-width text and bytes with zeros at the end and takes them off again on reading. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  let end = bytes.byteLength
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return bytes.subarray(0, end)
}

/** Elements of an `S` array as byte strings. */
export function decodeBytes(bytes: Uint8Array, itemBytes: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    withoutPadding(bytes.subarray(index * itemBytes, (index + 1) * itemBytes)),
  )
}

/** Elements of a `U` array (UCS-4) as strings; a code beyond Unicode becomes U+FFFD. */
export function decodeUnicode(bytes: Uint8Array, itemBytes: number, byteOrder: ByteOrder, count: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = byteOrder !== 'big'
  return Array.from({ length: count }, (_, index) => {
    const points: string[] = []
    for (let at = index * itemBytes; at < (index + 1) * itemBytes; at += 4) {
      const code = view.getUint32(at, little)
      points.push(code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code))
    }
    return points.join('').replace(/\0+$/, '')
  })
}
