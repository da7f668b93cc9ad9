import { Buffer } from 'node:buffer'

/** First bytes of what people take for a pickle; some of them are pickle opcodes too, so that the error would mislead. */
const signatures: readonly (readonly [start: string, name: string])[] = [
  ['PK\x03\x04', 'a zip (a torch checkpoint or npz file, perhaps)'],
  ['\x1f\x8b', 'compressed by gzip, which must be undone first'],
  ['BZh', 'compressed by bzip2, which must be undone first'],
  ['\xfd7zXZ', 'compressed by xz, which must be undone first'],
  ['\x28\xb5\x2f\xfd', 'compressed by zstd, which must be undone first'],
  ['\x93NUMPY', 'a numpy file (.npy)'],
  ['\x89HDF', 'an HDF5 file'],
  ['\x89PNG', 'a PNG picture'],
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['version https://git-lfs', 'a Git LFS pointer; run git lfs pull for the file itself'],
]

export const longestSignature = Math.max(...signatures.map(([start]) => start.length))

/** What the first bytes of a file show it to be, where that is no pickle; null otherwise. */
export function otherFormat(start: Uint8Array): string | null {
  const text = Buffer.from(start).toString('latin1')
  return signatures.find(([signature]) => text.startsWith(signature))?.[1] ?? null
}
