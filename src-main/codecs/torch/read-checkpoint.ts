import { bytesSource } from '../bytes/byte-source.ts'
import type { ByteSource } from '../bytes/byte-source.ts'
import { checkpointError } from './checkpoint-error.ts'
import { findStateDict } from './find-state-dict.ts'
import type { StateDict } from './find-state-dict.ts'
import { legacyStart, readLegacyCheckpoint } from './read-legacy-checkpoint.ts'
import { readZipCheckpoint } from './read-zip-checkpoint.ts'

export interface Checkpoint extends StateDict {
  readonly byteOrder: 'little' | 'big'
}

/**
 * Reads a checkpoint that torch.save wrote, zip or legacy stream: the tensors of its state dict in their order, by
 * name. Tensors are read on demand, so the source must stay open as long as they are used.
 * @throws AppError `checkpoint.not-torch`, `checkpoint.storage-missing`, `checkpoint.out-of-bounds`,
 * `checkpoint.no-tensors`, `checkpoint.ambiguous`, `checkpoint.dtype-unsupported`, `checkpoint.torchscript`,
 * `checkpoint.view-unsupported`, `checkpoint.malformed`, and those of readPickle and readZip
 */
export function readCheckpoint(input: ByteSource | Uint8Array, options: { readonly file: string }): Checkpoint {
  const { file } = options
  const source = input instanceof Uint8Array ? bytesSource(input) : input
  const start = source.read(0, Math.min(source.size, legacyStart.length))
  const startsWith = (bytes: readonly number[]): boolean => bytes.every((byte, index) => start[index] === byte)
  const isZip = startsWith([0x50, 0x4b])
  if (!isZip && !startsWith(legacyStart)) {
    throw checkpointError(file, 'not-torch', 'it is no checkpoint that torch.save wrote; choose a .pth or .pt file')
  }
  const { value, byteOrder } = isZip ? readZipCheckpoint(source, file) : readLegacyCheckpoint(source, file)
  return { ...findStateDict(value, file), byteOrder }
}
