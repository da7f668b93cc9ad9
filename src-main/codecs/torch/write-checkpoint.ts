import { Buffer } from 'node:buffer'
import { AppError } from '#shared/contract/app-error.ts'
import { elementBytes } from '../elements/element-type.ts'
import type { ElementArray, ElementType } from '../elements/element-type.ts'
import { elementCount } from '../elements/row-major.ts'
import { writeZipChunks } from '../zip/write-zip.ts'
import type { ZipFile } from '../zip/write-zip.ts'
import { writeStateDictPickle } from './write-state-dict-pickle.ts'

/** A row-major tensor to save. `data` are its elements (float16 and bfloat16 as raw bits). */
export interface WritableTensor {
  readonly dtype: ElementType
  readonly shape: readonly number[]
  readonly data: ElementArray
}

const text = (value: string): Uint8Array => Buffer.from(value, 'latin1')

/**
 * A state dict in torch's zip form, such that `torch.load(path, weights_only=True)` gives an OrderedDict of the
 * tensors in the given order.
 * @throws AppError `checkpoint.not-writable` where a tensor's shape and data differ
 */
export function* writeCheckpointChunks(
  tensors: Iterable<readonly [name: string, tensor: WritableTensor]>,
): Generator<Uint8Array> {
  const list = [...tensors]
  for (const [name, tensor] of list) checkTensor(name, tensor)
  const files = (function* (): Generator<ZipFile> {
    yield { name: 'archive/data.pkl', pieces: [writeStateDictPickle(list)] }
    yield { name: 'archive/byteorder', pieces: [text('little')] }
    for (const [index, [, { data }]] of list.entries()) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      yield { name: `archive/data/${index}`, pieces: [bytes] }
    }
    yield { name: 'archive/version', pieces: [text('3\n')] }
  })()
  yield* writeZipChunks(files)
}

/** The same in one piece. */
export function writeCheckpoint(tensors: Iterable<readonly [name: string, tensor: WritableTensor]>): Uint8Array {
  return new Uint8Array(Buffer.concat([...writeCheckpointChunks(tensors)]))
}

function checkTensor(name: string, { dtype, shape, data }: WritableTensor): void {
  if (elementCount(shape) === data.length && data.BYTES_PER_ELEMENT === elementBytes(dtype)) return
  throw new AppError(
    'checkpoint.not-writable',
    `The tensor "${name}" of ${dtype} and shape (${shape.join(', ')}) was given ${data.length} elements.`,
    { tensor: name, shape: shape.map(String), elements: data.length },
  )
}
