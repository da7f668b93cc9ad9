import { AppError } from '#shared/contract/app-error.ts'
import {
  emitArrayBytesHeader,
  emitArrayEnd,
  emitArrayStart,
  emitDtype,
  emitEmptyArray,
  emitScalar,
} from './emit-numpy.ts'
import { NdArray } from './nd-array.ts'
import { NumpyDtype } from './numpy-dtype.ts'
import { NumpyScalar } from './numpy-scalar.ts'
import { opcode } from './opcodes.ts'
import type { PickleEmitter } from './pickle-emitter.ts'
import { NdArrayStream, PickleListStream } from './streams.ts'
import {
  DefaultDict,
  FrozenSet,
  OrderedDict,
  PickleByteArray,
  PickleFloat,
  PickleGlobal,
  PickleObject,
  PickleTuple,
} from './values.ts'
import type { PickleExtension, PickleValue } from './values.ts'

/** Yielded where the output may be taken, so that streamed pieces do not pile up. */
export const pause = Symbol('pause')

/** Writes a container: yields each value inside when its turn comes. */
export type ContainerWriter = Generator<PickleValue | typeof pause, void, void>

/** Items between a MARK and its APPENDS or SETITEMS, as Python batches them. */
const batchItems = 1000

/**
 * Writes a value that holds no others, or answers how its contents are to be written.
 * `remember` is false for streamed items: the memo would keep every one of them in memory.
 */
export function writeValue(emit: PickleEmitter, value: PickleValue, remember: boolean): ContainerWriter | null {
  if (value === null) emit.op(opcode.NONE)
  else if (typeof value === 'boolean') emit.boolean(value)
  else if (typeof value === 'string') emit.text(value)
  else if (typeof value === 'bigint') emit.integer(value)
  else if (typeof value === 'number') writeNumber(emit, value)
  else if (value instanceof Uint8Array) emit.bytes(value)
  else if (value instanceof PickleFloat) emit.float(value.value)
  else if (value instanceof NumpyScalar) emitScalar(emit, value)
  else if (value instanceof NumpyDtype) emitDtype(emit, value)
  else if (value instanceof PickleGlobal) emit.global(value.module, value.qualifiedName)
  else if (!emit.recalled(value)) return writeContainer(emit, value, remember ? () => emit.remember(value) : () => {})
  return null
}

function writeNumber(emit: PickleEmitter, value: number): void {
  if (Number.isInteger(value) && !Object.is(value, -0)) emit.integer(value)
  else emit.float(value)
}

type Remember = () => void

function writeContainer(
  emit: PickleEmitter,
  value: PickleValue[] | Map<PickleValue, PickleValue> | Set<PickleValue> | PickleExtension,
  remember: Remember,
): ContainerWriter {
  if (Array.isArray(value)) return writeList(emit, value, remember)
  if (value instanceof Map) return writeDict(emit, value, remember)
  if (value instanceof Set) return writeSet(emit, value, remember)
  if (value instanceof PickleTuple) return writeTuple(emit, value, remember)
  if (value instanceof NdArray) return writeArray(emit, value, remember)
  if (value instanceof NdArrayStream) return writeArrayStream(emit, value)
  if (value instanceof PickleListStream) return writeList(emit, value.items, () => {})
  if (value instanceof PickleByteArray) return writeByteArray(emit, value, remember)
  if (value instanceof PickleObject) return writeObject(emit, value, remember)
  const type = (value as object | undefined)?.constructor.name ?? 'undefined'
  throw new AppError('pickle.not-writable', `A value of type ${type} has no form in a pickle.`, { type })
}

function* writeList(emit: PickleEmitter, items: Iterable<PickleValue>, remember: Remember): ContainerWriter {
  emit.op(opcode.EMPTY_LIST)
  remember()
  let inBatch = 0
  for (const item of items) {
    if (inBatch === 0) emit.op(opcode.MARK)
    yield item
    inBatch += 1
    if (inBatch < batchItems) continue
    emit.op(opcode.APPENDS)
    inBatch = 0
  }
  if (inBatch > 0) emit.op(opcode.APPENDS)
}

function* writeTuple(emit: PickleEmitter, { items }: PickleTuple, remember: Remember): ContainerWriter {
  const code = [opcode.EMPTY_TUPLE, opcode.TUPLE1, opcode.TUPLE2, opcode.TUPLE3][items.length] ?? opcode.TUPLE
  if (code === opcode.TUPLE) emit.op(opcode.MARK)
  yield* items
  emit.op(code)
  if (items.length > 0) remember()
}

function* writeDict(emit: PickleEmitter, dict: Map<PickleValue, PickleValue>, remember: Remember): ContainerWriter {
  if (dict instanceof OrderedDict) {
    emit.global('collections', 'OrderedDict')
    emit.op(opcode.EMPTY_TUPLE, opcode.REDUCE)
  } else if (dict instanceof DefaultDict) {
    emit.global('collections', 'defaultdict')
    if (dict.factory) emit.global(dict.factory.module, dict.factory.qualifiedName)
    emit.op(...(dict.factory ? [opcode.TUPLE1] : [opcode.EMPTY_TUPLE]), opcode.REDUCE)
  } else {
    emit.op(opcode.EMPTY_DICT)
  }
  remember()
  let inBatch = 0
  for (const [key, value] of dict) {
    if (inBatch === 0) emit.op(opcode.MARK)
    yield key
    yield value
    inBatch += 1
    if (inBatch < batchItems) continue
    emit.op(opcode.SETITEMS)
    inBatch = 0
  }
  if (inBatch > 0) emit.op(opcode.SETITEMS)
  if (!(dict instanceof OrderedDict) || !dict.attributes) return
  yield dict.attributes
  emit.op(opcode.BUILD)
}

function* writeSet(emit: PickleEmitter, set: Set<PickleValue>, remember: Remember): ContainerWriter {
  if (set instanceof FrozenSet) {
    emit.op(opcode.MARK)
    yield* set
    emit.op(opcode.FROZENSET)
    remember()
    return
  }
  emit.op(opcode.EMPTY_SET)
  remember()
  if (set.size === 0) return
  emit.op(opcode.MARK)
  yield* set
  emit.op(opcode.ADDITEMS)
}

function* writeArray(emit: PickleEmitter, array: NdArray, remember: Remember): ContainerWriter {
  emitEmptyArray(emit)
  remember()
  emitArrayStart(emit, array)
  if (array.items) yield [...array.items]
  else emit.bytes(array.bytes)
  emitArrayEnd(emit)
}

function* writeArrayStream(emit: PickleEmitter, array: NdArrayStream): ContainerWriter {
  emitEmptyArray(emit)
  emitArrayStart(emit, array)
  emitArrayBytesHeader(emit, array.byteLength)
  for (const chunk of array.chunks()) {
    emit.output.payload(chunk)
    yield pause
  }
  emitArrayEnd(emit)
}

function* writeByteArray(emit: PickleEmitter, { bytes }: PickleByteArray, remember: Remember): ContainerWriter {
  emit.global('builtins', 'bytearray')
  yield bytes
  emit.op(opcode.TUPLE1, opcode.REDUCE)
  remember()
}

function* writeObject(emit: PickleEmitter, object: PickleObject, remember: Remember): ContainerWriter {
  emit.global(object.type.module, object.type.qualifiedName)
  emit.op(opcode.EMPTY_TUPLE, opcode.NEWOBJ)
  remember()
  yield object.attributes
  emit.op(opcode.BUILD)
}
