/** A tensor to store: its type in the format's own words, and its little-endian bytes. */
export interface SafeTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: ArrayBufferView
}

/** A safetensors file: the header's length, a JSON header padded to 8 bytes, the tensors one after the other. */
export function writeSafetensors(tensors: Iterable<readonly [name: string, tensor: SafeTensor]>): Uint8Array {
  const list = [...tensors]
  let end = 0
  const entries = list.map(([name, { dtype, shape, data }]) => {
    const start = end
    end += data.byteLength
    return [name, { dtype, shape, data_offsets: [start, end] }] as const
  })
  const text = JSON.stringify(Object.fromEntries(entries))
  const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8))
  const file = new Uint8Array(8 + header.length + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(header, 8)
  let position = 8 + header.length
  for (const [, { data }] of list) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position)
    position += data.byteLength
  }
  return file
}
