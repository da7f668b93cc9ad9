import { describe, expect, it } from 'vitest'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { opcode } from '#main/codecs/pickle/opcodes.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import {
  array,
  bytes,
  call,
  dtype,
  global,
  long,
  pickleBytes,
  protocol,
  shape,
  small,
  text,
} from '../../../support/pickle-bytes.ts'
import type { Part } from '../../../support/pickle-bytes.ts'

const file = 'hostile.pkl'
const pickle = (...parts: readonly Part[]): Uint8Array => pickleBytes(protocol(4), parts, opcode.STOP)
const refusal = (content: Uint8Array) => thrownAppError(() => readPickle(content, { file }))
const tuple = (...items: readonly Part[]): Part => [opcode.MARK, items, opcode.TUPLE]
const length64 = (value: bigint): Uint8Array => {
  const payload = new Uint8Array(8)
  new DataView(payload.buffer).setBigUint64(0, value, true)
  return payload
}

describe('code in a pickle', () => {
  const command = text('echo owned')
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['os.system by REDUCE', pickle(call(global('os', 'system'), command)), 'os.system'],
    ['os.system by GLOBAL', pickle(opcode.GLOBAL, 'os\nsystem\n', tuple(command), opcode.REDUCE), 'os.system'],
    ['posix.system by INST', pickle(opcode.MARK, command, opcode.INST, 'posix\nsystem\n'), 'posix.system'],
    [
      'subprocess.Popen by OBJ',
      pickle(opcode.MARK, global('subprocess', 'Popen'), command, opcode.OBJ),
      'subprocess.Popen',
    ],
    ['NEWOBJ', pickle(global('ctypes', 'CDLL'), tuple(command), opcode.NEWOBJ), 'ctypes.CDLL'],
    [
      'NEWOBJ_EX',
      pickle(global('runpy', 'run_path'), tuple(command), opcode.EMPTY_DICT, opcode.NEWOBJ_EX),
      'runpy.run_path',
    ],
    [
      'eval of Python 2',
      pickle(opcode.GLOBAL, '__builtin__\neval\n', tuple(command), opcode.REDUCE),
      '__builtin__.eval',
    ],
    [
      'getattr',
      pickle(call(global('builtins', 'getattr'), global('numpy', 'ndarray'), text('tofile'))),
      'builtins.getattr',
    ],
    ['a name inside an allowed module', pickle(call(global('numpy', 'load'), command)), 'numpy.load'],
    ['a dotted name', pickle(global('numpy', 'ndarray.tofile')), 'numpy.ndarray.tofile'],
    ['a name that is never called', pickle(global('os', 'system')), 'os.system'],
    ['a prototype property', pickle(global('', '__proto__')), '.__proto__'],
    [
      'a nested __reduce__ chain',
      pickle(call(global('functools', 'partial'), call(global('os', 'popen'), command))),
      'functools.partial',
    ],
    [
      'a chain inside a list',
      pickle(opcode.EMPTY_LIST, call(global('os', 'popen'), command), opcode.APPEND),
      'os.popen',
    ],
    ['a name that may appear but not be called', pickle(call(global('builtins', 'list'), command)), 'builtins.list'],
  ]

  it.each(cases)('%s is refused by name', (_name, content, name) => {
    const error = refusal(content)
    expect(error.code).toBe('pickle.global-refused')
    expect(error.details).toMatchObject({ global: name, file })
    expect(error.message).toContain(name)
    expect(error.message).toContain(file)
  })

  it('a call of what is no global is refused', () => {
    expect(refusal(pickle(call(text('os'), text('x')))).code).toBe('pickle.malformed')
  })

  it('a state for what has none is refused', () => {
    expect(refusal(pickle(global('numpy', 'ndarray'), opcode.EMPTY_DICT, opcode.BUILD)).code).toBe('pickle.malformed')
    expect(refusal(pickle(opcode.EMPTY_LIST, opcode.EMPTY_DICT, opcode.BUILD)).code).toBe('pickle.malformed')
  })
})

describe('sizes that a pickle claims', () => {
  const huge: Part = long(2n ** 40n)
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['2^40 elements', pickle(array('f4', shape(huge), bytes('abcd'))), 'pickle.shape-mismatch'],
    ['2^40 × 2^40 elements', pickle(array('f4', shape(huge, huge), bytes('abcd'))), 'pickle.shape-mismatch'],
    ['2^40 elements of no width', pickle(array('S0', shape(huge), bytes(''))), 'pickle.shape-mismatch'],
    ['2^40 objects', pickle(array('O8', shape(huge), opcode.EMPTY_LIST)), 'pickle.shape-mismatch'],
    ['2^2000 elements', pickle(array('u1', shape(long(2n ** 2000n)), bytes('abcd'))), 'pickle.shape-mismatch'],
    [
      'no elements but an endless axis',
      pickle(array('u1', shape(small(0), long(2n ** 2000n)), bytes(''))),
      'pickle.shape-mismatch',
    ],
    ['fewer bytes than elements', pickle(array('f8', shape(small(2)), bytes('12345678'))), 'pickle.shape-mismatch'],
    ['more bytes than elements', pickle(array('f8', shape(small(1)), bytes('123456789'))), 'pickle.shape-mismatch'],
    [
      'a negative dimension',
      pickle(array('u1', shape([opcode.BININT, 255, 255, 255, 255]), bytes('a'))),
      'pickle.malformed',
    ],
    ['a dimension that is text', pickle(array('u1', shape(text('1')), bytes('a'))), 'pickle.malformed'],
    [
      '65 dimensions',
      pickle(array('u1', shape(...Array.from({ length: 65 }, () => small(1))), bytes('a'))),
      'pickle.malformed',
    ],
    [
      '_frombuffer beyond its buffer',
      pickle(
        call(global('numpy._core.numeric', '_frombuffer'), bytes('abcd'), dtype('f4'), shape(small(2)), text('C')),
      ),
      'pickle.shape-mismatch',
    ],
    [
      'a scalar of too few bytes',
      pickle(call(global('numpy.core.multiarray', 'scalar'), dtype('i8'), bytes('abc'))),
      'pickle.shape-mismatch',
    ],
    ['bytes longer than the file', pickle(opcode.BINBYTES8, length64(2n ** 60n)), 'pickle.truncated'],
    ['bytes of 2^64 − 1', pickle(opcode.BINBYTES8, length64(2n ** 64n - 1n)), 'pickle.truncated'],
    ['a bytearray longer than the file', pickle(opcode.BYTEARRAY8, length64(2n ** 40n)), 'pickle.truncated'],
    ['text longer than the file', pickle(opcode.BINUNICODE8, length64(2n ** 40n)), 'pickle.truncated'],
    ['a frame longer than the file', pickle(opcode.FRAME, length64(2n ** 40n)), 'pickle.truncated'],
    ['a negative length', pickle(opcode.LONG4, 255, 255, 255, 255), 'pickle.malformed'],
    ['an integer of megabytes', pickle(opcode.LONG4, 0, 0, 16, 0, new Uint8Array(2 ** 20)), 'pickle.too-large'],
    ['a decimal of 5,000 digits', pickle(opcode.LONG, '9'.repeat(5000), 'L\n'), 'pickle.malformed'],
    [
      'a memo entry far beyond the file',
      pickle(opcode.NONE, opcode.LONG_BINPUT, 255, 255, 255, 255),
      'pickle.malformed',
    ],
    ['a memo entry that was never stored', pickle(opcode.BINGET, 7), 'pickle.malformed'],
  ]

  it.each(cases)('%s', (_name, content, code) => {
    expect(refusal(content).code).toBe(code)
    expect(thrownAppError(() => readPickle(bytesSource(content), { file })).code).toBe(code)
  })
})

describe('bombs', () => {
  it('exponential sharing is read in no time, since shared values stay shared', () => {
    const doubled: Part[] = Array.from({ length: 400 }, () => [opcode.DUP, opcode.TUPLE2])
    const value = readPickle(pickle(text('lol'), doubled), { file })
    expect(value).toBeTypeOf('object')
  })

  it('the same bomb by memo and lists', () => {
    const levels: Part[] = Array.from({ length: 100 }, (_, level) => [
      [opcode.EMPTY_LIST, opcode.MEMOIZE, opcode.MARK],
      level === 0 ? text('lol') : Array.from({ length: 10 }, () => [opcode.BINGET, level - 1]),
      opcode.APPENDS,
    ])
    expect(Array.isArray(readPickle(pickle(levels), { file }))).toBe(true)
  })

  it.each([
    ['tuples', opcode.TUPLE1, opcode.NONE],
    ['sets', [opcode.EMPTY_SET, opcode.MARK, opcode.NONE, opcode.ADDITEMS, opcode.TUPLE2], opcode.NONE],
  ] as const)('100,000 nested %s are refused', (_name, wrap, first) => {
    const content = pickle(
      first,
      Array.from({ length: 100_000 / (Array.isArray(wrap) ? 10 : 1) }, () => wrap),
    )
    expect(refusal(content).code).toBe('pickle.too-deep')
  })

  it('a million nested lists are refused', () => {
    const content = pickle(
      new Uint8Array(1_000_000).fill(opcode.EMPTY_LIST),
      new Uint8Array(999_999).fill(opcode.APPEND),
    )
    expect(refusal(content).code).toBe('pickle.too-deep')
  })

  it('nesting that a first visit does not see is refused', () => {
    const chain = (length: number): Part => Array.from({ length }, () => opcode.TUPLE1)
    const content = pickle(
      opcode.EMPTY_LIST,
      opcode.MEMOIZE,
      chain(300),
      opcode.MEMOIZE,
      chain(300),
      [opcode.BINGET, 1],
      opcode.TUPLE2,
    )
    expect(refusal(content).code).toBe('pickle.too-deep')
  })

  it('a million open marks are refused', () => {
    expect(refusal(pickle(new Uint8Array(1_000_000).fill(opcode.MARK))).code).toBe('pickle.malformed')
  })

  it('a list that contains itself is refused', () => {
    const content = pickle(opcode.EMPTY_LIST, opcode.MEMOIZE, opcode.BINGET, 0, opcode.APPEND)
    expect(refusal(content).code).toBe('pickle.cyclic')
  })

  it('an OrderedDict whose attributes contain it is refused', () => {
    const dict = [global('collections', 'OrderedDict'), opcode.EMPTY_TUPLE, opcode.REDUCE, opcode.MEMOIZE]
    const content = pickle(dict, opcode.EMPTY_DICT, text('self'), opcode.BINGET, 0, opcode.SETITEM, opcode.BUILD)
    expect(refusal(content).code).toBe('pickle.cyclic')
  })

  it('more objects than the limit are refused before they fill the memory', () => {
    const content = pickle(new Uint8Array(100_000).fill(opcode.EMPTY_DICT))
    expect(thrownAppError(() => readPickle(content, { file, limits: { cost: 10_000 } })).code).toBe('pickle.too-large')
    expect(readPickle(content, { file })).toEqual(new Map())
  })

  it('the default limit ends six million empty dicts', () => {
    expect(refusal(pickle(new Uint8Array(6_000_000).fill(opcode.EMPTY_DICT))).code).toBe('pickle.too-large')
  })
})

describe('what is no pickle that can be read', () => {
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['an empty file', new Uint8Array(0), 'pickle.truncated'],
    ['a zip', pickleBytes('PK\x03\x04rest'), 'pickle.not-pickle'],
    ['a picture', pickleBytes('\x89PNG\r\n'), 'pickle.not-pickle'],
    ['protocol 6', pickleBytes(protocol(6), opcode.NONE, opcode.STOP), 'pickle.protocol-unsupported'],
    ['an unknown opcode', pickle(opcode.NONE, opcode.NONE, 0xff), 'pickle.opcode-unknown'],
    ['text', pickleBytes('hello'), 'pickle.malformed'],
    ['extension codes', pickle(opcode.EXT1, 1), 'pickle.extension-refused'],
    ['buffers kept elsewhere', pickle(opcode.NEXT_BUFFER), 'pickle.out-of-band-buffer'],
    ['a persistent id', pickle(text('x'), opcode.BINPERSID), 'pickle.persistent-id'],
    ['a persistent id in a line', pickle(opcode.PERSID, 'x\n'), 'pickle.persistent-id'],
    ['an empty stack', pickle(), 'pickle.malformed'],
    ['a tuple of too few', pickle(opcode.NONE, opcode.TUPLE2), 'pickle.malformed'],
    ['a value from below the mark', pickle(opcode.NONE, opcode.MARK, opcode.TUPLE1), 'pickle.malformed'],
    ['a missing mark', pickle(opcode.NONE, opcode.TUPLE), 'pickle.malformed'],
    [
      'an odd number of dict items',
      pickle(opcode.EMPTY_DICT, opcode.MARK, opcode.NONE, opcode.SETITEMS),
      'pickle.malformed',
    ],
    ['a list as key', pickle(opcode.EMPTY_DICT, opcode.EMPTY_LIST, opcode.NONE, opcode.SETITEM), 'pickle.malformed'],
    ['an append to a dict', pickle(opcode.EMPTY_DICT, opcode.NONE, opcode.APPEND), 'pickle.malformed'],
    ['text that is not UTF-8', pickle(text('\xff\xfe')), 'pickle.malformed'],
    ['half a surrogate in bytes', pickle(text('\xed\xa0')), 'pickle.malformed'],
    ['a number that is none', pickle(opcode.INT, 'abc\n'), 'pickle.malformed'],
    ['a float that is none', pickle(opcode.FLOAT, '0x10\n'), 'pickle.malformed'],
    ['a string without quotes', pickle(opcode.STRING, 'abc\n'), 'pickle.malformed'],
    ['a complex array', pickle(array('c8', shape(small(1)), bytes('12345678'))), 'pickle.dtype-unsupported'],
    ['a date array', pickle(array('M8', shape(small(1)), bytes('12345678'))), 'pickle.dtype-unsupported'],
    [
      'a structured dtype',
      pickle(
        dtype('f4'),
        opcode.MARK,
        small(3),
        text('|'),
        opcode.NONE,
        tuple(text('x')),
        opcode.EMPTY_DICT,
        opcode.TUPLE,
        opcode.BUILD,
      ),
      'pickle.dtype-unsupported',
    ],
    [
      'an object scalar',
      pickle(call(global('numpy.core.multiarray', 'scalar'), dtype('O8'), bytes('x'))),
      'pickle.dtype-unsupported',
    ],
    [
      'keyword arguments',
      pickle(
        global('argparse', 'Namespace'),
        opcode.EMPTY_TUPLE,
        opcode.EMPTY_DICT,
        text('k'),
        opcode.NONE,
        opcode.SETITEM,
        opcode.NEWOBJ_EX,
      ),
      'pickle.malformed',
    ],
  ]

  it.each(cases)('%s', (_name, content, code) => {
    const error = refusal(content)
    expect(error.code).toBe(code)
    expect(error.details).toMatchObject({ file })
    expect(error.message).toContain(file)
  })
})

describe('oddities that are read', () => {
  it.each([
    ['Python 2 text', pickleBytes(opcode.STRING, "'a\\x41\\n\\'\\101'\n", opcode.STOP), "aA\n'A"],
    ['Python 2 binary text', pickleBytes(protocol(2), opcode.SHORT_BINSTRING, 2, '\xe9a', opcode.STOP), 'éa'],
    ['a boolean of protocol 0', pickleBytes(opcode.INT, '01\n', opcode.STOP), true],
    [
      'a long of protocol 0',
      pickleBytes(opcode.LONG, '-123456789012345678901L\n', opcode.STOP),
      -123456789012345678901n,
    ],
    ['what follows the pickle', pickleBytes(protocol(2), opcode.NONE, opcode.STOP, 'anything'), null],
    ['POP of a mark', pickle(small(5), opcode.MARK, opcode.POP), 5],
    ['POP_MARK', pickle(small(5), opcode.MARK, opcode.NONE, opcode.POP_MARK), 5],
  ] as const)('%s', (_name, content, value) => {
    expect(readPickle(content, { file })).toEqual(value)
  })

  it('an array of Python 2, whose bytes are a string', () => {
    const content = pickleBytes(
      protocol(2),
      array('f4', shape(small(1)), [opcode.SHORT_BINSTRING, 4, '\x00\x00\x80\x3f'], [opcode.INT, '0\n']),
      opcode.STOP,
    )
    const value = readPickle(content, { file })
    expect(value instanceof NdArray && [...value.toFloat32()]).toEqual([1])
  })
})
