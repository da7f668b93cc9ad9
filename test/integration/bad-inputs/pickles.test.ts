import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { opcode } from '#main/codecs/pickle/opcodes.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import { forgedZip, laughter, pickle, withEntry } from '../../support/bad-files.ts'
import { describeRefusals, type BadInput } from '../../support/bad-input.ts'
import { dict, featureDict, floats, grid, rowsOf } from '../../support/feature-pickles.ts'
import {
  array,
  bytes,
  call,
  global,
  long,
  pickleBytes,
  protocol,
  shape,
  text,
  type Part,
} from '../../support/pickle-bytes.ts'

const golden = readFileSync(resolve(import.meta.dirname, '../../fixtures/golden/features.pkl'))
const latin1 = (content: string): Uint8Array => Buffer.from(content, 'latin1')
const features = (change: Readonly<Record<string, PickleValue | undefined>> = {}): Uint8Array =>
  writePickle(featureDict(6, change))

const importing = (what: string, code: string, content: Uint8Array, ...names: readonly string[]): BadInput => ({
  what,
  code,
  names: ['bad.pkl', ...names],
  attempt: ({ client, put }) => client.exchange.importFile({ file: put('bad.pkl', content) }),
})

describeRefusals('a file that is no honest pickle', [
  importing('cut in the middle', 'pickle.truncated', golden.subarray(0, 5000)),
  importing('cut before its last byte', 'pickle.truncated', golden.subarray(0, -1)),
  importing('empty', 'pickle.truncated', latin1(''), 'byte 0'),
  importing('a diary', 'pickle.malformed', latin1('hello, diary')),
  importing('a table', 'pickle.opcode-unknown', latin1('\xff\xfescene;student'), '0xff'),
  importing('a zip', 'pickle.not-pickle', forgedZip([{ name: 'a', content: latin1('a') }]), 'zip'),
  importing('a picture', 'pickle.not-pickle', latin1('\x89PNG\r\n'), 'PNG'),
  importing('of a later protocol', 'pickle.protocol-unsupported', pickleBytes(protocol(6), opcode.NONE), '6'),
  importing('with tensors of torch', 'pickle.persistent-id', pickle(text('cpu'), opcode.BINPERSID)),
  importing(
    'a complex array',
    'pickle.dtype-unsupported',
    pickle(array('c8', shape(opcode.BININT1, 1), bytes('12345678'))),
    'c8',
  ),
])

const command = text('touch hacked')
const called = (module: string, name: string): Part => [
  opcode.GLOBAL,
  `${module}\n${name}\n`,
  opcode.MARK,
  command,
  opcode.TUPLE,
  opcode.REDUCE,
]
const hostile = (what: string, name: string, content: Uint8Array): BadInput =>
  importing(what, 'pickle.global-refused', content, name)
const getattr = global('builtins', 'getattr')

describeRefusals('a pickle that wants to run something', [
  hostile('os.system', 'os.system', pickle(called('os', 'system'))),
  hostile('posix.system', 'posix.system', pickle(call(global('posix', 'system'), command))),
  hostile('eval', 'builtins.eval', pickle(called('builtins', 'eval'))),
  hostile('exec of Python 2', '__builtin__.exec', pickle(called('__builtin__', 'exec'))),
  hostile(
    'a chain of getattr',
    'builtins.getattr',
    pickle(call(getattr, call(getattr, global('os', 'path'), text('os')), text('system'))),
  ),
  hostile(
    'functools.partial',
    'functools.partial',
    pickle(call(global('functools', 'partial'), call(global('os', 'popen'), command))),
  ),
  hostile('a numpy function that reads files', 'numpy.fromfile', pickle(call(global('numpy', 'fromfile'), command))),
  hostile(
    'an object with a state',
    'subprocess.Popen',
    pickle(opcode.MARK, global('subprocess', 'Popen'), command, opcode.OBJ),
  ),
  hostile('one more entry of an honest file', 'os.system', withEntry(features(), 'extra', called('os', 'system'))),
])

const huge = long(2n ** 40n)
const laughs = laughter(12)

describeRefusals('a pickle that wants all the memory', [
  importing(
    '2^40 elements',
    'pickle.shape-mismatch',
    withEntry(features(), 'grouprec', array('f4', shape(huge), bytes('abcd'))),
    String(2 ** 40),
  ),
  importing(
    '2^40 rows of no width',
    'pickle.shape-mismatch',
    withEntry(features(), 'grouprec', array('S0', shape(huge), bytes(''))),
    String(2 ** 40),
  ),
  importing('a length of 2^40 bytes', 'pickle.truncated', pickle(opcode.BINBYTES8, [0, 0, 0, 0, 0, 1, 0, 0])),
  importing(
    '100,000 tuples in each other',
    'pickle.too-deep',
    pickle(opcode.NONE, new Uint8Array(100_000).fill(opcode.TUPLE1)),
    '500',
  ),
  importing(
    'a list in itself',
    'pickle.cyclic',
    pickle(opcode.EMPTY_LIST, opcode.MEMOIZE, opcode.BINGET, 0, opcode.APPEND),
  ),
  importing('six million dicts', 'pickle.too-large', pickle(new Uint8Array(6_000_000).fill(opcode.EMPTY_DICT))),
  importing('a billion laughs', 'features.not-a-dict', pickle(laughter(12, 0))),
  importing(
    'a billion laughs for labels',
    'features.row-count',
    withEntry(features(), 'labels', laughs),
    'labels',
    '10',
    '6',
  ),
  importing(
    'a billion laughs for metadata',
    'features.img-paths-missing',
    withEntry(features(), 'metadata', laughs),
    'metadata.img_paths',
  ),
  importing(
    'a billion laughs for one label',
    'features.column-malformed',
    withEntry(features(), 'labels', [
      opcode.EMPTY_LIST,
      opcode.MARK,
      laughs,
      [opcode.BININT1, 1],
      [opcode.BININT1, 1],
      [opcode.BININT1, 1],
      [opcode.BININT1, 1],
      [opcode.BININT1, 1],
      opcode.APPENDS,
    ]),
    'labels',
  ),
])

const withMetadata = (change: Readonly<Record<string, PickleValue>>): Uint8Array => {
  const metadata = featureDict(6).get('metadata') as Map<PickleValue, PickleValue>
  return features({ metadata: new Map([...metadata, ...Object.entries(change)]) })
}
const withContext = (name: string, value: PickleValue): Uint8Array => features({ context: dict({ [name]: value }) })

describeRefusals('a pickle whose rows do not fit', [
  importing(
    'a row of features too few',
    'features.row-count',
    features({ convnext: grid(5, 3) }),
    'convnext',
    '5',
    '6',
  ),
  importing(
    'a list of features too long',
    'features.row-count',
    features({ convnext: rowsOf(grid(7, 3)) }),
    'convnext',
    '7',
  ),
  importing(
    'too few labels',
    'features.row-count',
    features({ labels: NdArray.of('int64', BigInt64Array.of(1n, 2n)) }),
    'labels',
    '2',
  ),
  importing('too few ids', 'features.row-count', withMetadata({ bbox_ids: ['1'] }), 'metadata.bbox_ids', '1'),
  importing(
    'too few boxes',
    'features.row-count',
    withContext('bbox_xyxy_abs', floats([1, 2, 3, 4], 1, 4)),
    'bbox_xyxy_abs',
    '1',
  ),
  importing(
    'boxes of three numbers',
    'features.column-malformed',
    withContext('bbox_xyxy_abs', grid(6, 3)),
    'bbox_xyxy_abs',
    '4 numbers',
  ),
  importing(
    'vectors of two widths',
    'features.width-mixed',
    features({ convnext: [...rowsOf(grid(5, 3)), floats([1, 2])] }),
    'convnext',
    'row 5',
  ),
  importing(
    'labels that are words',
    'features.column-malformed',
    features({ labels: ['a', 'b', 'c', 'd', 'e', 'f'] }),
    'labels',
    'a',
  ),
  importing(
    'a label between two classes',
    'features.column-malformed',
    features({ labels: floats([0, 1, 1.5, 2, 3, 4]) }),
    'labels',
    '1.5',
  ),
  importing('no paths of photos', 'features.img-paths-missing', features({ metadata: dict({}) }), 'metadata.img_paths'),
  importing('no student', 'features.empty', withMetadata({ img_paths: [] })),
  importing('a number', 'features.not-a-dict', writePickle(7)),
  {
    ...importing('a split given as features', 'features.is-split', writePickle(dict({ images: [], annotations: [] }))),
    attempt: ({ client, put }) =>
      client.exchange.importFeatures({ file: put('bad.pkl', writePickle(dict({ images: [], annotations: [] }))) }),
  },
  {
    ...importing('features given as a split', 'split.images-missing', features()),
    attempt: ({ client, put }) => client.exchange.importSplit({ file: put('bad.pkl', features()) }),
  },
  {
    what: 'a context file that is none',
    code: 'features.context-malformed',
    names: ['context.pkl'],
    attempt: ({ client, put }) =>
      client.exchange.importFeatures({
        file: put('good.pkl', features({ context: undefined })),
        contextFile: put('context.pkl', writePickle(dict({ a: 1 }))),
      }),
  },
])

describeRefusals('a file that cannot be read', [
  {
    what: 'not there',
    code: 'exchange.file-missing',
    names: ['none.pkl'],
    attempt: ({ client, folder }) => client.exchange.importFile({ file: join(folder, 'none.pkl') }),
  },
  {
    what: 'a folder',
    code: 'exchange.file-unreadable',
    names: ['photos', 'folder'],
    attempt: ({ client, photos }) => client.exchange.importFile({ file: photos }),
  },
  {
    what: 'below a file',
    code: 'exchange.file-missing',
    names: ['features.pkl/a.pkl'],
    attempt: ({ client, features: file }) => client.exchange.importFile({ file: join(file, 'a.pkl') }),
  },
  {
    what: 'a context file that is not there',
    code: 'exchange.file-missing',
    names: ['none.pkl'],
    attempt: ({ client, folder, features: file }) =>
      client.exchange.importFeatures({ file, contextFile: join(folder, 'none.pkl') }),
  },
  {
    what: 'a photo folder that is not there',
    code: 'exchange.file-missing',
    names: ['none'],
    attempt: ({ client, folder, put }) =>
      client.exchange.importFeatures({ file: put('other.pkl', features()), photoRoot: join(folder, 'none') }),
  },
])
