import { containerOperations } from './container-operations.ts'
import { objectOperations } from './object-operations.ts'
import { opcode } from './opcodes.ts'
import { malformed, pickleError } from './pickle-error.ts'
import type { PickleMachine } from './pickle-machine.ts'
import { scalarOperations } from './scalar-operations.ts'

export type Operation = (machine: PickleMachine) => void
export type Operations = readonly (readonly [code: number, operation: Operation])[]

const highestProtocol = 5
const decimal = /^\d{1,10}$/

function memoIndex(machine: PickleMachine): number {
  const line = machine.input.line()
  if (!decimal.test(line)) throw malformed(machine.input, 'a memo entry has no number')
  return Number(line)
}

function protocol(machine: PickleMachine): void {
  const version = machine.input.byte()
  if (version > highestProtocol) {
    throw pickleError(
      machine.input,
      'protocol-unsupported',
      `it is written in pickle protocol ${version}; save it again with protocol ${highestProtocol} or lower`,
      { protocol: version },
    )
  }
}

const controlOperations: Operations = [
  [opcode.PROTO, protocol],
  [opcode.FRAME, ({ input }) => frame(input.length64(), input.remaining(), input)],
  [opcode.STOP, (machine) => (machine.done = true)],
  [opcode.MARK, (machine) => machine.mark()],
  [opcode.POP, (machine) => machine.popValueOrMark()],
  [opcode.POP_MARK, (machine) => machine.popToMark()],
  [opcode.DUP, (machine) => machine.push(machine.top())],
  [opcode.GET, (machine) => machine.recall(memoIndex(machine))],
  [opcode.BINGET, (machine) => machine.recall(machine.input.byte())],
  [opcode.LONG_BINGET, (machine) => machine.recall(machine.input.uint32())],
  [opcode.PUT, (machine) => machine.store(memoIndex(machine))],
  [opcode.BINPUT, (machine) => machine.store(machine.input.byte())],
  [opcode.LONG_BINPUT, (machine) => machine.store(machine.input.uint32())],
  [opcode.MEMOIZE, (machine) => machine.memoize()],
]

/** Frames only help a reader's buffering; a frame longer than the file shows a cut file before its end is reached. */
function frame(length: number, remaining: number, input: PickleMachine['input']): void {
  if (length <= remaining) return
  throw pickleError(
    input,
    'truncated',
    `the file ends too early: a frame of ${length} bytes is announced but ${remaining} follow; copy or export it again`,
  )
}

/** One operation per opcode byte; null where Python has none. */
export const operations: readonly (Operation | null)[] = (() => {
  const table = new Array<Operation | null>(256).fill(null)
  for (const [code, operation] of [
    ...controlOperations,
    ...scalarOperations,
    ...containerOperations,
    ...objectOperations,
  ]) {
    table[code] = operation
  }
  return table
})()
