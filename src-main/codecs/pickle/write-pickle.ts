import { Buffer } from 'node:buffer'
import { AppError } from '#shared/contract/app-error.ts'
import { opcode } from './opcodes.ts'
import { PickleEmitter } from './pickle-emitter.ts'
import { PickleListStream } from './streams.ts'
import type { PickleValue } from './values.ts'
import { pause, writeValue } from './write-value.ts'
import type { ContainerWriter } from './write-value.ts'

/** Python's C unpickler gives up at about this depth too; it also ends a tuple that contains itself. */
const deepest = 1000

/**
 * A value as a pickle of protocol 4, in pieces, such that Python with numpy 1 or 2 loads it. Takes what readPickle gives
 * (paths have become strings), and NdArrayStream and PickleListStream for what is not to be held whole.
 * Pieces are not changed after they were given. What is shared stays shared.
 * @throws AppError `pickle.not-writable` for a value that has no form in Python, `pickle.stream-length`.
 */
export function* writePickleChunks(value: PickleValue): Generator<Uint8Array> {
  const emit = new PickleEmitter()
  const open: { writer: ContainerWriter; remember: boolean }[] = []
  const begin = (inner: PickleValue, remember: boolean): void => {
    const writer = writeValue(emit, inner, remember)
    if (writer) open.push({ writer, remember: remember && !(inner instanceof PickleListStream) })
    if (open.length > deepest) {
      throw new AppError('pickle.not-writable', `Containers are nested more than ${deepest} deep.`, { deepest })
    }
  }
  begin(value, true)
  while (open.length > 0) {
    const { writer, remember } = open[open.length - 1]!
    const step = writer.next()
    if (step.done) open.pop()
    else if (step.value !== pause) begin(step.value, remember)
    yield* emit.output.take()
  }
  emit.op(opcode.STOP)
  emit.output.endFrame()
  yield* emit.output.take()
}

/** The same in one piece. */
export function writePickle(value: PickleValue): Uint8Array {
  return new Uint8Array(Buffer.concat([...writePickleChunks(value)]))
}
