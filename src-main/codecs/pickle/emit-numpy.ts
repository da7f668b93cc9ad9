import { bytesOpcodes } from './pickle-emitter.ts'
import type { PickleEmitter } from './pickle-emitter.ts'
import type { NumpyDtype } from './numpy-dtype.ts'
import type { NumpyScalar } from './numpy-scalar.ts'
import { opcode } from './opcodes.ts'

/** Both numpy 1 and numpy 2 load the names of numpy 1; numpy 1 does not know those of numpy 2. */
const multiarray = 'numpy.core.multiarray'

/** Width, alignment and flags in a dtype's state; −1 where the type itself says them. */
function dtypeState(dtype: NumpyDtype): readonly [width: number, alignment: number, flags: number] {
  if (dtype.type === 'unicode') return [dtype.itemBytes, 4, 8]
  if (dtype.type === 'bytes') return [dtype.itemBytes, 1, 0]
  return dtype.type === 'object' ? [-1, -1, 63] : [-1, -1, 0]
}

export function emitDtype(emit: PickleEmitter, dtype: NumpyDtype): void {
  const key = `dtype ${dtype.descriptor}`
  if (emit.recalled(key)) return
  emit.global('numpy', 'dtype')
  emit.text(dtype.code)
  emit.op(opcode.NEWFALSE, opcode.NEWTRUE, opcode.TUPLE3, opcode.REDUCE)
  emit.remember(key)
  emit.op(opcode.MARK)
  emit.integer(3)
  emit.text(dtype.descriptor.slice(0, 1))
  emit.op(opcode.NONE, opcode.NONE, opcode.NONE)
  for (const number of dtypeState(dtype)) emit.integer(number)
  emit.op(opcode.TUPLE, opcode.BUILD)
}

export function emitScalar(emit: PickleEmitter, scalar: NumpyScalar): void {
  emit.global(multiarray, 'scalar')
  emitDtype(emit, scalar.dtype)
  emit.bytes(scalar.bytes)
  emit.op(opcode.TUPLE2, opcode.REDUCE)
}

interface ArrayLayout {
  readonly dtype: NumpyDtype
  readonly shape: readonly number[]
  readonly fortranOrder: boolean
}

/** An array without its state, as `_reconstruct` gives it; the same three arguments for every array. */
export function emitEmptyArray(emit: PickleEmitter): void {
  emit.global(multiarray, '_reconstruct')
  if (!emit.recalled('arguments of _reconstruct')) {
    emit.global('numpy', 'ndarray')
    emit.integer(0)
    emit.op(opcode.TUPLE1)
    emit.bytes(Uint8Array.of(0x62)) // b'b', the type of the empty array
    emit.op(opcode.TUPLE3)
    emit.remember('arguments of _reconstruct')
  }
  emit.op(opcode.REDUCE)
}

/** The state up to its content, which the caller writes before `emitArrayEnd`. */
export function emitArrayStart(emit: PickleEmitter, { dtype, shape, fortranOrder }: ArrayLayout): void {
  emit.op(opcode.MARK)
  emit.integer(1)
  emit.op(opcode.MARK)
  for (const dimension of shape) emit.integer(dimension)
  emit.op(opcode.TUPLE)
  emitDtype(emit, dtype)
  emit.boolean(fortranOrder)
}

export function emitArrayEnd(emit: PickleEmitter): void {
  emit.op(opcode.TUPLE, opcode.BUILD)
}

export function emitArrayBytesHeader(emit: PickleEmitter, byteLength: number): void {
  emit.output.sizedOpcode(bytesOpcodes, byteLength)
}
