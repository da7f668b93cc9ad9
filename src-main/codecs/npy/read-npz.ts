import { bytesSource } from '../bytes/byte-source.ts'
import type { ByteSource } from '../bytes/byte-source.ts'
import type { NdArray } from '../pickle/nd-array.ts'
import { readZip } from '../zip/read-zip.ts'
import { readNpy } from './read-npy.ts'

/**
 * The arrays of a `.npz` file by name, in the file's order.
 * @throws AppError as readZip and readNpy
 */
export function readNpz(input: ByteSource | Uint8Array, options: { readonly file: string }): Map<string, NdArray> {
  const zip = readZip(input instanceof Uint8Array ? bytesSource(input) : input, options)
  const arrays = new Map<string, NdArray>()
  for (const entry of zip.entries.values()) {
    if (!entry.name.endsWith('.npy')) continue
    const file = `${options.file}/${entry.name}`
    arrays.set(entry.name.slice(0, -'.npy'.length), readNpy(zip.read(entry), { file }))
  }
  return arrays
}
