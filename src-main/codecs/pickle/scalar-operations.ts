import { decodeInteger, integerOf } from './integers.ts'
import { opcode } from './opcodes.ts'
import type { Operations } from './operations.ts'
import { malformed, pickleError } from './pickle-error.ts'
import { valueCost } from './pickle-limits.ts'
import type { PickleMachine } from './pickle-machine.ts'
import { unescapeStringLine, unescapeUnicodeLine } from './text.ts'
import { PickleByteArray, PickleFloat } from './values.ts'

/** Python's own limit: decimal text of an integer is quadratic to read. */
const longestDecimal = 4300
/** The longest decimal text of a double that Python writes is far shorter. */
const longestFloat = 400
const decimal = /^[+-]?\d+$/

function integerLine(machine: PickleMachine, line: string): number | bigint {
  const digits = line.trim()
  if (digits.length > longestDecimal || !decimal.test(digits)) {
    throw malformed(machine.input, `"${digits.slice(0, 40)}" is no integer`)
  }
  return integerOf(BigInt(digits.replace(/^\+/, '')))
}

/** INT also carries booleans, as 00 and 01. */
function intLine(machine: PickleMachine): void {
  const line = machine.input.line()
  if (line === '00' || line === '01') machine.push(line === '01')
  else machine.push(integerLine(machine, line))
}

function longBytes(machine: PickleMachine, length: number): void {
  const limit = machine.options.limits.integerBytes
  if (length > limit) {
    throw pickleError(machine.input, 'too-large', `an integer of ${length} bytes was found`, { length, limit })
  }
  machine.push(decodeInteger(machine.input.payload(length)))
}

const pythonFloats: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
  ['-nan', NaN],
])

function floatLine(machine: PickleMachine): void {
  const line = machine.input.line().trim()
  if (line.length > longestFloat) throw malformed(machine.input, 'a number of too many digits was found')
  const value = pythonFloats.get(line) ?? (/^[-+\d.eE]+$/.test(line) ? Number(line) : undefined)
  if (value === undefined || (Number.isNaN(value) && !pythonFloats.has(line))) {
    throw malformed(machine.input, `"${line.slice(0, 40)}" is no number`)
  }
  machine.push(new PickleFloat(value), valueCost.float)
}

function stringLine(machine: PickleMachine): void {
  const text = unescapeStringLine(machine.input.line())
  if (text === null) throw malformed(machine.input, 'a string without quotes was found')
  machine.push(text, valueCost.text)
}

const bytes = (machine: PickleMachine, length: number): void =>
  machine.push(machine.input.payload(length), valueCost.bytes)

const text = (machine: PickleMachine, length: number): void => machine.push(machine.input.text(length), valueCost.text)

/** Python 2's `str`: text or bytes, nobody knows; latin-1 keeps every byte (numpy's `encoding='latin1'`). */
const oldString = (machine: PickleMachine, length: number): void =>
  machine.push(machine.input.latin1(length), valueCost.text)

export const scalarOperations: Operations = [
  [opcode.NONE, (machine) => machine.push(null)],
  [opcode.NEWTRUE, (machine) => machine.push(true)],
  [opcode.NEWFALSE, (machine) => machine.push(false)],
  [opcode.INT, intLine],
  [opcode.BININT, (machine) => machine.push(machine.input.int32())],
  [opcode.BININT1, (machine) => machine.push(machine.input.byte())],
  [opcode.BININT2, (machine) => machine.push(machine.input.uint16())],
  [opcode.LONG, (machine) => machine.push(integerLine(machine, machine.input.line().replace(/L$/, '')))],
  [opcode.LONG1, (machine) => longBytes(machine, machine.input.byte())],
  [opcode.LONG4, (machine) => longBytes(machine, machine.input.length32Signed())],
  [opcode.FLOAT, floatLine],
  [opcode.BINFLOAT, (machine) => machine.push(new PickleFloat(machine.input.bigEndianFloat64()), valueCost.float)],
  [opcode.STRING, stringLine],
  [opcode.SHORT_BINSTRING, (machine) => oldString(machine, machine.input.byte())],
  [opcode.BINSTRING, (machine) => oldString(machine, machine.input.length32Signed())],
  [opcode.UNICODE, (machine) => machine.push(unescapeUnicodeLine(machine.input.line()), valueCost.text)],
  [opcode.SHORT_BINUNICODE, (machine) => text(machine, machine.input.byte())],
  [opcode.BINUNICODE, (machine) => text(machine, machine.input.uint32())],
  [opcode.BINUNICODE8, (machine) => text(machine, machine.input.length64())],
  [opcode.SHORT_BINBYTES, (machine) => bytes(machine, machine.input.byte())],
  [opcode.BINBYTES, (machine) => bytes(machine, machine.input.uint32())],
  [opcode.BINBYTES8, (machine) => bytes(machine, machine.input.length64())],
  [
    opcode.BYTEARRAY8,
    (machine) => machine.push(new PickleByteArray(machine.input.payload(machine.input.length64())), valueCost.bytes),
  ],
]
