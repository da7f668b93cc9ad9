import { opcode } from './opcodes.ts'
import type { Operations } from './operations.ts'
import { malformed, pickleError } from './pickle-error.ts'
import { valueCost } from './pickle-limits.ts'
import type { PickleMachine } from './pickle-machine.ts'
import { FrozenSet, PickleTuple } from './values.ts'
import type { PickleValue } from './values.ts'

const pushTuple = (machine: PickleMachine, items: readonly PickleValue[]): void =>
  machine.push(new PickleTuple(items), valueCost.tuple)

function tupleOf(machine: PickleMachine, length: number): void {
  const items = new Array<PickleValue>(length)
  for (let index = length - 1; index >= 0; index -= 1) items[index] = machine.pop()
  machine.push(machine.recentTuples.of(items), valueCost.tuple)
}

function topList(machine: PickleMachine): PickleValue[] {
  const list = machine.top()
  if (!Array.isArray(list)) throw malformed(machine.input, 'an item is appended to what is no list')
  return list
}

function append(machine: PickleMachine): void {
  const item = machine.pop()
  topList(machine).push(item)
}

function appendAll(machine: PickleMachine): void {
  const items = machine.popToMark()
  const list = topList(machine)
  for (const item of items) list.push(item)
}

function setItem(machine: PickleMachine, dict: PickleValue, key: PickleValue, value: PickleValue): void {
  if (!(dict instanceof Map)) throw malformed(machine.input, 'a key is set on what is no dict')
  checkRoom(machine, dict.size, 1)
  if (Array.isArray(key) || key instanceof Map || (key instanceof Set && !(key instanceof FrozenSet))) {
    throw malformed(machine.input, 'a dict has a key that Python cannot hash')
  }
  dict.set(key, value)
}

/** JavaScript's own limit for Map and Set is 2^24 entries. */
const mostEntries = 2 ** 24 - 1

function checkRoom(machine: PickleMachine, held: number, added: number): void {
  if (held + added <= mostEntries) return
  throw pickleError(machine.input, 'too-large', `a dict or set of more than ${mostEntries} entries was found`, {
    limit: mostEntries,
  })
}

function setItems(machine: PickleMachine, dict: PickleValue, items: readonly PickleValue[]): void {
  if (items.length % 2 !== 0) throw malformed(machine.input, 'a dict has a key without a value')
  for (let index = 0; index < items.length; index += 2) setItem(machine, dict, items[index]!, items[index + 1]!)
}

function dictFromMark(machine: PickleMachine): void {
  const dict = new Map<PickleValue, PickleValue>()
  setItems(machine, dict, machine.popToMark())
  machine.push(dict, valueCost.map)
}

function setOneItem(machine: PickleMachine): void {
  const value = machine.pop()
  const key = machine.pop()
  setItem(machine, machine.top(), key, value)
}

function setAllItems(machine: PickleMachine): void {
  const items = machine.popToMark()
  setItems(machine, machine.top(), items)
}

function addItems(machine: PickleMachine): void {
  const items = machine.popToMark()
  const set = machine.top()
  if (!(set instanceof Set)) throw malformed(machine.input, 'an item is added to what is no set')
  checkRoom(machine, set.size, items.length)
  for (const item of items) set.add(item)
}

function frozenSet(machine: PickleMachine): void {
  const items = machine.popToMark()
  checkRoom(machine, 0, items.length)
  machine.push(new FrozenSet(items), valueCost.set)
}

export const containerOperations: Operations = [
  [opcode.EMPTY_LIST, (machine) => machine.push([], valueCost.list)],
  [opcode.LIST, (machine) => machine.push(machine.popToMark(), valueCost.list)],
  [opcode.APPEND, append],
  [opcode.APPENDS, appendAll],
  [opcode.EMPTY_TUPLE, (machine) => tupleOf(machine, 0)],
  [opcode.TUPLE, (machine) => pushTuple(machine, machine.popToMark())],
  [opcode.TUPLE1, (machine) => tupleOf(machine, 1)],
  [opcode.TUPLE2, (machine) => tupleOf(machine, 2)],
  [opcode.TUPLE3, (machine) => tupleOf(machine, 3)],
  [opcode.EMPTY_DICT, (machine) => machine.push(new Map(), valueCost.map)],
  [opcode.DICT, dictFromMark],
  [opcode.SETITEM, setOneItem],
  [opcode.SETITEMS, setAllItems],
  [opcode.EMPTY_SET, (machine) => machine.push(new Set(), valueCost.set)],
  [opcode.ADDITEMS, addItems],
  [opcode.FROZENSET, frozenSet],
]
