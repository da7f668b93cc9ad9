import { buildValue } from './build-value.ts'
import { opcode } from './opcodes.ts'
import type { Operations } from './operations.ts'
import { malformed, pickleError } from './pickle-error.ts'
import { valueCost } from './pickle-limits.ts'
import type { PickleMachine } from './pickle-machine.ts'
import { PickleTuple } from './values.ts'
import type { PickleValue } from './values.ts'

function argumentsOf(machine: PickleMachine): readonly PickleValue[] {
  const args = machine.pop()
  if (!(args instanceof PickleTuple)) throw malformed(machine.input, 'arguments are no tuple')
  return args.items
}

/** REDUCE and NEWOBJ: both stand for a call of an allow-listed name. */
function reduce(machine: PickleMachine): void {
  const args = argumentsOf(machine)
  machine.push(machine.call(machine.pop(), args), valueCost.object)
}

function newObjectWithKeywords(machine: PickleMachine): void {
  const keywords = machine.pop()
  if (!(keywords instanceof Map) || keywords.size > 0) {
    throw pickleError(machine.input, 'malformed', 'an object made with keyword arguments was found, which is not read')
  }
  reduce(machine)
}

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop()
  const module = machine.pop()
  if (typeof name !== 'string' || typeof module !== 'string') throw malformed(machine.input, 'a global has no name')
  machine.pushGlobal(module, name)
}

function lineGlobal(machine: PickleMachine): void {
  const module = machine.input.line()
  machine.pushGlobal(module, machine.input.line())
}

function instance(machine: PickleMachine): void {
  lineGlobal(machine)
  const type = machine.pop()
  machine.push(machine.call(type, machine.popToMark()), valueCost.object)
}

function object(machine: PickleMachine): void {
  const [type, ...args] = machine.popToMark()
  if (type === undefined) throw malformed(machine.input, 'an object has no class')
  machine.push(machine.call(type, args), valueCost.object)
}

function build(machine: PickleMachine): void {
  const state = machine.pop()
  buildValue(machine.top(), state, machine.input)
}

function persistent(machine: PickleMachine, id: PickleValue): void {
  if (!machine.options.persistentLoad) {
    throw pickleError(
      machine.input,
      'persistent-id',
      'it refers to data kept outside itself, as the inside of a torch checkpoint does; open the checkpoint instead',
    )
  }
  machine.push(machine.options.persistentLoad(id), valueCost.object)
}

function extensionCode(machine: PickleMachine): void {
  throw pickleError(machine.input, 'extension-refused', 'it uses extension codes, which name code that is not read')
}

function outOfBandBuffer(machine: PickleMachine): void {
  throw pickleError(
    machine.input,
    'out-of-band-buffer',
    'its arrays were kept in separate buffers; save it again without buffer_callback',
  )
}

export const objectOperations: Operations = [
  [opcode.GLOBAL, lineGlobal],
  [opcode.STACK_GLOBAL, stackGlobal],
  [opcode.REDUCE, reduce],
  [opcode.NEWOBJ, reduce],
  [opcode.NEWOBJ_EX, newObjectWithKeywords],
  [opcode.INST, instance],
  [opcode.OBJ, object],
  [opcode.BUILD, build],
  [opcode.PERSID, (machine) => persistent(machine, machine.input.line())],
  [opcode.BINPERSID, (machine) => persistent(machine, machine.pop())],
  [opcode.EXT1, extensionCode],
  [opcode.EXT2, extensionCode],
  [opcode.EXT4, extensionCode],
  [opcode.NEXT_BUFFER, outOfBandBuffer],
  [opcode.READONLY_BUFFER, outOfBandBuffer],
]
