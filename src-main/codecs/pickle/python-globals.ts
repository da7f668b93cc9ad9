import { Buffer } from 'node:buffer'
import type { AllowedGlobals, GlobalCall } from './allowed-globals.ts'
import { globalKey } from './allowed-globals.ts'
import { contentBytes, latin1Bytes } from './numpy-state.ts'
import { malformed, pickleError } from './pickle-error.ts'
import type { PickleContext } from './pickle-error.ts'
import {
  DefaultDict,
  FrozenSet,
  OrderedDict,
  PickleByteArray,
  PickleGlobal,
  PickleObject,
  PickleTuple,
} from './values.ts'
import type { PickleValue } from './values.ts'

/** The items of a list, tuple or set argument; none where there is no argument. */
function itemsOf(value: PickleValue | undefined, context: PickleContext): Iterable<PickleValue> {
  if (value === undefined) return []
  if (Array.isArray(value) || value instanceof Set) return value
  if (value instanceof PickleTuple) return value.items
  throw malformed(context, 'a container is made of what is no list')
}

/** A Set takes no more than 2^24 entries. */
function boundedItems(value: PickleValue | undefined, context: PickleContext): PickleValue[] {
  const items = [...itemsOf(value, context)]
  if (items.length < 2 ** 24) return items
  throw pickleError(context, 'too-large', 'a set of more than 2^24 entries was found')
}

const orderedDict: GlobalCall = ([pairs], context) => {
  const dict = new OrderedDict()
  for (const pair of boundedItems(pairs, context)) {
    const [key, value] = itemsOf(pair, context)
    if (key === undefined || value === undefined) throw malformed(context, 'an OrderedDict has a key without a value')
    dict.set(key, value)
  }
  return dict
}

const defaultDict: GlobalCall = ([factory], context) => {
  const dict = new DefaultDict()
  if (factory instanceof PickleGlobal) dict.factory = factory
  else if (factory !== undefined && factory !== null) throw malformed(context, 'a defaultdict has no factory')
  return dict
}

/** `_codecs.encode(text, encoding)`: how protocols below 3 keep bytes. */
const encode: GlobalCall = ([text, encoding], context) => {
  if (typeof text !== 'string') throw malformed(context, 'bytes are encoded from what is no text')
  const name = typeof encoding === 'string' ? encoding.toLowerCase().replaceAll('_', '-') : 'utf-8'
  const bytes = name === 'utf-8' || name === 'utf8' ? new Uint8Array(Buffer.from(text, 'utf8')) : latin1Bytes(text)
  if (!bytes || !['utf-8', 'utf8', 'latin1', 'latin-1', 'iso-8859-1', 'ascii'].includes(name)) {
    throw malformed(context, `bytes are kept in the encoding "${name.slice(0, 40)}", which is not read`)
  }
  return bytes
}

/** `bytearray(bytes)`, or `bytearray(text, 'latin-1')` below protocol 3. */
const byteArray: GlobalCall = ([content, encoding], context) => {
  if (content === undefined) return new PickleByteArray(new Uint8Array(0))
  const bytes = encoding === undefined ? contentBytes(content) : encode([content, encoding], context, anonymous)
  if (!(bytes instanceof Uint8Array)) throw malformed(context, 'a bytearray has no bytes')
  return new PickleByteArray(bytes)
}

const anonymous = new PickleGlobal('_codecs', 'encode')

/** `bytes()`: how protocols below 3 keep empty bytes. */
const emptyBytes: GlobalCall = (args, context) => {
  if (args.length > 0) throw malformed(context, 'bytes are made of arguments')
  return new Uint8Array(0)
}

/** pathlib keeps the parts, of which the first is the anchor of an absolute path (`/`, `C:\`). */
function path(separator: '/' | '\\'): GlobalCall {
  return (parts, context) => {
    const texts = parts.map((part) => {
      if (typeof part !== 'string') throw malformed(context, 'a path has a part that is no text')
      return part
    })
    const [first = '', ...rest] = texts
    if (rest.length === 0) return first === '' ? '.' : first
    return first.endsWith(separator) ? first + rest.join(separator) : texts.join(separator)
  }
}

const namespace: GlobalCall = (_args, _context, type) => new PickleObject(type)

/** `_reconstructor(class, object, None)`: how protocols 0 and 1 make an object of a plain class. */
const reconstructor: GlobalCall = ([type], context) => {
  if (type instanceof PickleGlobal && type.module === 'argparse' && type.qualifiedName === 'Namespace') {
    return new PickleObject(type)
  }
  throw malformed(context, 'an object is made of a class that is not read')
}

/** Classes that may be named (as a defaultdict's factory, say), never called. */
const inertNames = ['list', 'dict', 'tuple', 'int', 'float', 'str', 'bool', 'object', 'complex']

/** Under their current names; `currentName` brings older ones here. */
export const pythonGlobals: AllowedGlobals = new Map<string, GlobalCall | null>([
  ...inertNames.map((name): [string, null] => [globalKey('builtins', name), null]),
  [globalKey('builtins', 'set'), ([items], context) => new Set(boundedItems(items, context))],
  [globalKey('builtins', 'frozenset'), ([items], context) => new FrozenSet(boundedItems(items, context))],
  [globalKey('builtins', 'bytearray'), byteArray],
  [globalKey('builtins', 'bytes'), emptyBytes],
  [globalKey('collections', 'OrderedDict'), orderedDict],
  [globalKey('collections', 'defaultdict'), defaultDict],
  [globalKey('_codecs', 'encode'), encode],
  [globalKey('argparse', 'Namespace'), namespace],
  [globalKey('copyreg', '_reconstructor'), reconstructor],
  ...['Path', 'PosixPath', 'PurePath', 'PurePosixPath'].map((name): [string, GlobalCall] => [
    globalKey('pathlib', name),
    path('/'),
  ]),
  ...['WindowsPath', 'PureWindowsPath'].map((name): [string, GlobalCall] => [globalKey('pathlib', name), path('\\')]),
])
