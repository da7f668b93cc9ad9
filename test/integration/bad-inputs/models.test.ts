import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { encodeModel } from '#main/codecs/onnx/encode-model.ts'
import { opcode } from '#main/codecs/pickle/opcodes.ts'
import { writeCheckpoint } from '#main/codecs/torch/write-checkpoint.ts'
import { bytesOf, GraphBuilder } from '#main/onnx/graph-builder.ts'
import { changedCheckpoint, forgedZip, pickle, singleHead } from '../../support/bad-files.ts'
import { describeRefusals, type BadInput } from '../../support/bad-input.ts'
import { call, global, text } from '../../support/pickle-bytes.ts'
import type { FullProject } from '../../support/real-workbench.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden')
const torch = resolve(import.meta.dirname, '../../fixtures/torch')
const head = join(golden, 'c_spatial.pth')
const whole = readFileSync(head)
const config = JSON.parse(readFileSync(join(golden, 'c_spatial.json'), 'utf8')) as {
  readonly model: { readonly name: string; readonly params: Readonly<Record<string, unknown>> }
}
const latin1 = (content: string): Uint8Array => Buffer.from(content, 'latin1')

/** A file given as a model, without a config beside it. */
const adding = (
  what: string,
  code: string,
  name: string,
  content: string | Uint8Array,
  ...names: readonly string[]
): BadInput => ({
  what,
  code,
  names: [name, ...names],
  attempt: ({ client, put }) => client.models.add({ file: put(`${what}/${name}`, content) }),
})

const pth = (what: string, code: string, content: Uint8Array, ...names: readonly string[]): BadInput =>
  adding(what, code, 'bad.pth', content, ...names)
const zipped = (...content: readonly Parameters<typeof forgedZip>[0][number][]): Uint8Array => forgedZip(content)
const nothing = { name: 'archive/data.pkl', content: pickle(opcode.EMPTY_DICT) }

describeRefusals('a file that is no checkpoint', [
  pth(
    'random bytes',
    'checkpoint.not-torch',
    Uint8Array.from({ length: 4096 }, (_, index) => (index * 131 + 7) % 251),
  ),
  pth('empty', 'checkpoint.not-torch', latin1('')),
  pth('a page of HTML', 'checkpoint.not-torch', latin1('<!doctype html><title>404</title>')),
  pth('cut in the middle', 'zip.not-zip', whole.subarray(0, whole.length / 2), 'its end is missing'),
  pth('a zip without data.pkl', 'checkpoint.not-torch', zipped({ name: 'a.txt', content: latin1('a') }), 'data.pkl'),
  pth('an encrypted zip', 'zip.encrypted', zipped({ ...nothing, flags: 1 }), 'archive/data.pkl', 'password'),
  pth('a zip bomb', 'zip.bomb', zipped({ ...nothing, deflated: true, claimedBytes: 2 ** 32 - 2 }), String(2 ** 32 - 2)),
  pth(
    'a zip that unpacks to more than it says',
    'zip.malformed',
    zipped({ name: 'a/data.pkl', content: new Uint8Array(1e6), deflated: true, claimedBytes: 10 }),
    'a/data.pkl',
  ),
  pth('a damaged storage', 'zip.checksum', damaged(), 'c_spatial/data'),
  pth(
    'os.system in data.pkl',
    'pickle.global-refused',
    zipped({ ...nothing, content: pickle(call(global('os', 'system'), text('touch hacked'))) }),
    'os.system',
  ),
  pth(
    'a whole module',
    'pickle.global-refused',
    zipped({ ...nothing, content: pickle(global('models.heads', 'GatedFusion')) }),
    'models.heads.GatedFusion',
  ),
  pth('without tensors', 'checkpoint.no-tensors', zipped(nothing), 'state_dict'),
  pth(
    'a TorchScript program',
    'checkpoint.torchscript',
    zipped(nothing, { name: 'archive/constants.pkl', content: latin1('') }),
  ),
  pth('with numbers missing', 'checkpoint.storage-missing', readFileSync(join(torch, 'missing-storage.pth'))),
  pth('two state dicts in one', 'checkpoint.ambiguous', readFileSync(join(torch, 'ambiguous.pth'))),
])

/** One byte of a storage turned over; torch keeps a checksum of each. */
function damaged(): Uint8Array {
  const bytes = Uint8Array.from(whole)
  bytes[Math.floor(bytes.length * 0.4)]! ^= 0xff
  return bytes
}

const firstFloats = (content: Float32Array, change: number): Float32Array =>
  Float32Array.of(change, ...content.subarray(1))
const without = (name: string): Uint8Array => changedCheckpoint(head, (one, tensor) => (one === name ? null : tensor))
const poisoned = (value: number): Uint8Array =>
  changedCheckpoint(head, (name, tensor) =>
    name === 'classifier.4.weight' && tensor.data instanceof Float32Array
      ? { ...tensor, data: firstFloats(tensor.data, value) }
      : tensor,
  )
const narrower = changedCheckpoint(head, (name, tensor) =>
  name === 'classifier.4.bias' && tensor.data instanceof Float32Array
    ? { ...tensor, shape: [4], data: tensor.data.slice(0, 4) }
    : tensor,
)

/** A checkpoint with a config, both as given. */
const configured = (
  what: string,
  code: string,
  files: { readonly weights?: Uint8Array; readonly config: string },
  ...names: readonly string[]
): BadInput => ({
  what,
  code,
  names,
  attempt: ({ client, put }) =>
    client.models.add({
      file: put(`${what}/bad.pth`, files.weights ?? whole),
      config: put(`${what}/bad.yaml`, files.config),
    }),
})
const asConfig = (params: Readonly<Record<string, unknown>>, name = config.model.name): string =>
  JSON.stringify({ model: { name, params: { ...config.model.params, ...params } } })

describeRefusals('weights that do not belong', [
  configured(
    'NaN',
    'head.weights-not-finite',
    { weights: poisoned(Number.NaN), config: asConfig({}) },
    'bad.pth',
    'classifier.4.weight',
    'NaN',
  ),
  configured(
    'infinity',
    'head.weights-not-finite',
    { weights: poisoned(-Infinity), config: asConfig({}) },
    'classifier.4.weight',
    '-Infinity',
  ),
  configured(
    'a weight too few',
    'head.weight-missing',
    { weights: without('classifier.0.bias'), config: asConfig({}) },
    'bad.pth',
    'classifier.0.bias',
  ),
  configured(
    'a bias of four classes',
    'head.class-count',
    { weights: narrower, config: asConfig({}) },
    'bad.pth',
    '4',
    '5',
  ),
  configured(
    'four classes configured',
    'head.class-count',
    { config: asConfig({ num_classes: 4 }) },
    'bad.yaml',
    '4',
    '5',
  ),
  configured(
    'another width configured',
    'head.shape-mismatch',
    { config: asConfig({ input_dims: [32, 25, 4, 1] }) },
    'convnext',
    '25',
    '24',
  ),
  configured(
    'modalities in another order',
    'head.modality-order',
    { config: asConfig({ modalities: ['convnext', 'grouprec', 'bbox_ctx', 'img_uid'], input_dims: [24, 32, 4, 1] }) },
    'convnext, grouprec',
  ),
  configured(
    'another family configured',
    'head.family-mismatch',
    { config: asConfig({}, 'class_conditioned_spatial_gated_fusion_classifier') },
    'bad.pth',
  ),
  pth(
    'weights of something else',
    'head.family-unknown',
    writeCheckpoint([['conv1.weight', { dtype: 'float32', shape: [1], data: Float32Array.of(1) }]]),
    'conv1.weight',
  ),
])

describeRefusals('a config that cannot be', [
  configured('no YAML', 'config.malformed', { config: 'model: [1, 2' }, 'bad.yaml'),
  configured('a list', 'config.not-a-mapping', { config: '- model' }, 'bad.yaml'),
  configured('empty', 'head.config-malformed', { config: '' }, 'bad.yaml', 'model.name'),
  configured('without a name', 'head.config-malformed', { config: 'model: {params: {}}' }, 'model.name'),
  configured(
    'a family nobody knows',
    'head.family-unknown',
    { config: 'model: {name: resnet50, params: {}}' },
    'resnet50',
  ),
  configured('a parameter nobody knows', 'head.parameter-unknown', { config: asConfig({ graph_kk: 4 }) }, 'graph_kk'),
  configured(
    'a number of classes that is none',
    'head.config-malformed',
    { config: asConfig({ num_classes: -1 }) },
    'num_classes',
    '-1',
  ),
  configured(
    'aliases without end',
    'config.malformed',
    {
      config: `a: &a [1]\n${Array.from({ length: 9 }, (_, level) => `${'bcdefghij'[level]}: &${'bcdefghij'[level]} [${Array.from({ length: 9 }, () => `*${'abcdefghi'[level]}`).join()}]`).join('\n')}`,
    },
    'bad.yaml',
  ),
  configured('its own base', 'config.base-cycle', { config: '_base_: bad.yaml' }, 'bad.yaml → ', '_base_'),
  configured('a base that is not there', 'exchange.file-missing', { config: '_base_: none.yaml' }, 'none.yaml'),
  configured('a base that is a number', 'config.base-malformed', { config: '_base_: 7' }, '_base_'),
  {
    what: 'a cycle of two',
    code: 'config.base-cycle',
    names: ['other.yaml'],
    attempt: ({ client, put }) => {
      put('two/other.yaml', '_base_: bad.yaml')
      return client.models.add({ file: put('two/bad.pth', whole), config: put('two/bad.yaml', '_base_: other.yaml') })
    },
  },
  {
    what: 'JSON that is none',
    code: 'model.config-malformed',
    names: ['bad.json'],
    attempt: ({ client, put }) =>
      client.models.add({ file: put('json/bad.pth', whole), config: put('json/bad.json', '{') }),
  },
  {
    what: 'a config that is not there',
    code: 'exchange.file-missing',
    names: ['none.yaml'],
    attempt: ({ client, folder }) => client.models.add({ file: head, config: join(folder, 'none.yaml') }),
  },
  {
    what: 'a checkpoint that is not there',
    code: 'exchange.file-missing',
    names: ['none.pth'],
    attempt: ({ client, folder }) => client.models.add({ file: join(folder, 'none.pth') }),
  },
  {
    what: 'a checkpoint that is a folder',
    code: 'exchange.file-unreadable',
    names: ['photos'],
    attempt: ({ client, photos }) => client.models.inspect({ file: photos }),
  },
])

/** A graph that multiplies one input by weights, [columns, 5]. */
function onnx(
  input: { readonly name: string; readonly columns: number; readonly type?: 'float32' | 'float16' },
  operator = 'MatMul',
): Uint8Array {
  const graph = new GraphBuilder('bad')
  const { name, columns, type = 'float32' } = input
  const value = graph.input(name, type, ['n', columns])
  const weights = graph.initializer('weights', 'float32', [columns, 5], bytesOf(new Float32Array(columns * 5)))
  graph.output(graph.node(operator, [value, weights]), 'logits', 'float32', ['n', 5])
  return encodeModel({
    irVersion: 8,
    operatorSets: new Map([['', 17]]),
    producerName: '',
    producerVersion: '',
    metadata: new Map(),
    graph: graph.build(),
  })
}

/** A model that can be added but not run; it is removed again. */
async function added(
  { client }: FullProject,
  source: Parameters<FullProject['client']['models']['add']>[0],
): Promise<unknown> {
  const { id } = await client.models.add(source)
  try {
    return await client.models.predict({ modelId: id, device: 'cpu' })
  } finally {
    await client.models.remove({ modelId: id })
  }
}

describeRefusals('an ONNX file that is none', [
  adding(
    'random bytes',
    'onnx.malformed',
    'bad.onnx',
    Uint8Array.from({ length: 999 }, (_, index) => (index * 37 + 11) % 256),
  ),
  adding('empty', 'onnx.not-a-model', 'bad.onnx', ''),
  adding('cut', 'onnx.malformed', 'bad.onnx', onnx({ name: 'convnext', columns: 24 }).subarray(0, 200)),
  adding(
    'with an input nobody knows',
    'model.inputs-unknown',
    'bad.onnx',
    onnx({ name: 'pixels', columns: 99 }),
    'pixels: float32 [n, 99]',
    'convnext (24)',
  ),
  adding(
    'with an input of another type',
    'model.inputs-unknown',
    'bad.onnx',
    onnx({ name: 'convnext', columns: 24, type: 'float16' }),
    'float16',
  ),
  {
    what: 'with an operator nobody knows',
    code: 'model.not-loadable',
    names: ['bad.onnx', 'Divinate'],
    attempt: (full) => added(full, { file: full.put('bad.onnx', onnx({ name: 'convnext', columns: 24 }, 'Divinate')) }),
  },
])

const running = (what: string, code: string, weights: Uint8Array, ...names: readonly string[]): BadInput => ({
  what,
  code,
  names,
  attempt: (full) => added(full, { file: full.put('other.pth', weights) }),
})

describeRefusals('a head for another project', [
  running(
    'of a modality that the project lacks',
    'inference.modality-missing',
    singleHead({ modality: 'vit', width: 768, classes: 5 }),
    'vit',
    '768',
    'grouprec (32)',
  ),
  running(
    'of another width',
    'inference.modality-width',
    singleHead({ modality: 'grouprec', width: 31, classes: 5 }),
    'grouprec',
    '31',
    '32',
  ),
  running(
    'of three classes',
    'inference.class-count',
    singleHead({ modality: 'grouprec', width: 32, classes: 3 }),
    'other',
    '3',
    '5',
  ),
  running(
    'whose logits overflow',
    'predict.logits-not-finite',
    singleHead({ modality: 'grouprec', width: 32, classes: 5, weight: 3e38 }),
    'other.pth',
  ),
  {
    what: 'that was removed',
    code: 'models.unknown',
    names: ['99'],
    attempt: ({ client }) => client.models.predict({ modelId: 99, device: 'cpu' }),
  },
  {
    what: 'on a scene that is not there',
    code: 'inference.no-students',
    names: [],
    attempt: async ({ client }) =>
      client.models.predict({ modelId: (await client.models.list({}))[0]!.id, sceneIds: [999], device: 'cpu' }),
  },
])
