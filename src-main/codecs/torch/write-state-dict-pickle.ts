import { Buffer } from 'node:buffer'
import { AppError } from '#shared/contract/app-error.ts'
import type { ElementType } from '../elements/element-type.ts'
import { rowMajorStrides } from '../elements/row-major.ts'
import { encodeInteger } from '../pickle/integers.ts'
import { opcode } from '../pickle/opcodes.ts'
import { encodeText } from '../pickle/text.ts'
import { storageClassOf } from './torch-types.ts'

/**
 * `data.pkl`: an OrderedDict of `_rebuild_tensor_v2` calls, in protocol 2 and only the opcodes that torch's
 * weights-only unpickler knows. Storage n belongs to tensor n.
 */
export function writeStateDictPickle(
  tensors: readonly (readonly [name: string, tensor: { dtype: ElementType; shape: readonly number[] }])[],
): Uint8Array {
  const parts: Uint8Array[] = []
  const op = (...codes: readonly number[]): void => void parts.push(Uint8Array.from(codes))
  const text = (value: string): void => {
    const bytes = encodeText(value)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.byteLength)
    parts.push(Uint8Array.of(opcode.BINUNICODE), length, bytes)
  }
  const integer = (value: number): void => {
    const bytes = encodeInteger(BigInt(value))
    if (value < 2 ** 8) op(opcode.BININT1, value)
    else op(opcode.LONG1, bytes.byteLength, ...bytes)
  }
  const global = (module: string, name: string): void =>
    void parts.push(Buffer.from(`${String.fromCharCode(opcode.GLOBAL)}${module}\n${name}\n`, 'latin1'))
  const integers = (values: readonly number[]): void => {
    op(opcode.MARK)
    values.forEach(integer)
    op(opcode.TUPLE)
  }
  const emptyOrderedDict = (): void => {
    global('collections', 'OrderedDict')
    op(opcode.EMPTY_TUPLE, opcode.REDUCE)
  }

  op(opcode.PROTO, 2)
  emptyOrderedDict()
  op(opcode.MARK)
  for (const [index, [name, { dtype, shape }]] of tensors.entries()) {
    text(name)
    global('torch._utils', '_rebuild_tensor_v2')
    op(opcode.MARK, opcode.MARK)
    text('storage')
    global('torch', storageClass(name, dtype))
    text(String(index))
    text('cpu')
    integer(shape.reduce((count, dimension) => count * dimension, 1))
    op(opcode.TUPLE, opcode.BINPERSID)
    integer(0)
    integers(shape)
    integers(rowMajorStrides(shape))
    op(opcode.NEWFALSE)
    emptyOrderedDict()
    op(opcode.TUPLE, opcode.REDUCE)
  }
  op(opcode.SETITEMS, opcode.STOP)
  return new Uint8Array(Buffer.concat(parts))
}

function storageClass(name: string, dtype: ElementType): string {
  const found = storageClassOf(dtype)
  if (found !== undefined) return found
  throw new AppError('checkpoint.not-writable', `The tensor "${name}" is of ${dtype}, which torch cannot store.`, {
    tensor: name,
    dtype,
  })
}
