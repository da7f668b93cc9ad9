import { realpathSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { ByteSource } from '#main/codecs/bytes/byte-source.ts'
import { looksLikeSafetensors, readSafetensors } from '#main/codecs/safetensors/read-safetensors.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import type { FileRange, Tensor } from '#main/codecs/torch/tensor.ts'
import { assertPlainFile, readFailure } from '#main/exchange/files.ts'
import type { WeightTensor, WeightTensors } from '#main/onnx/weight.ts'
import { withFileSource } from '../pipelines/file-source.ts'

/** A file of weights whose tensors are read from it as they are asked for. */
export interface OpenWeights {
  /** As the user named it: for error sentences. */
  readonly file: string
  /** Where the file really lies: a session whose graph points into it is given this folder. */
  readonly folder: string
  readonly tensors: WeightTensors
}

/** ONNX Runtime maps weights into memory; its kernels expect numbers that start at a multiple of their size. */
const float32Bytes = 4

/**
 * Opens a `.pth` or `.safetensors` file while `work` runs.
 *
 * @throws AppError `checkpoint.*`, `pickle.*`, `zip.*`, `safetensors.*`, `exchange.file-missing`, `exchange.file-unreadable`
 */
export function withWeights<Result>(file: string, work: (weights: OpenWeights) => Result): Result {
  assertPlainFile(file)
  const path = realPath(file)
  return withFileSource(path, (source) =>
    work({ file, folder: dirname(path), tensors: readTensors(source, file, basename(path)) }),
  )
}

/** ONNX Runtime does not follow a link out of the folder that it is given. */
function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch (error) {
    throw readFailure(file, error)
  }
}

function readTensors(source: ByteSource, file: string, name: string): WeightTensors {
  if (looksLikeSafetensors(source) || file.toLowerCase().endsWith('.safetensors')) {
    const tensors = readSafetensors(source, { file })
    return new Map([...tensors].map(([key, tensor]) => [key, weight(tensor, tensor, name)]))
  }
  const { tensors } = readCheckpoint(source, { file })
  return new Map([...tensors].map(([key, tensor]) => [key, weight(tensor, rangeOf(tensor), name)]))
}

const rangeOf = (tensor: Tensor): FileRange | null => (tensor.dtype === 'float32' ? tensor.fileRange : null)

function weight(tensor: Omit<WeightTensor, 'place'>, range: FileRange | null, fileName: string): WeightTensor {
  const { dtype, shape } = tensor
  const usable = range !== null && dtype === 'float32' && range.offset % float32Bytes === 0 && range.length > 0
  const place = usable ? { file: fileName, offset: range.offset, length: range.length } : null
  return { dtype, shape, toFloat32: () => tensor.toFloat32(), place }
}
