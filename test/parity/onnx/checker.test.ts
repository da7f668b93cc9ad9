import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodeModel } from '#main/codecs/onnx/decode-model.ts'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { resolveHead } from '#main/onnx/resolve-head.ts'
import { goldenFolder, headNames, readHead } from '../../support/heads.ts'

const python = '/usr/bin/python3'
const absent = spawnSync(python, ['-c', 'import onnx']).status !== 0

const script = `
import json, onnx, sys
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    size = lambda d: d.dim_param or d.dim_value
    shapes = {v.name: [size(d) for d in v.type.tensor_type.shape.dim] for v in [*model.graph.input, *model.graph.output]}
    print(json.dumps([model.ir_version, model.opset_import[0].version, model.producer_name, model.producer_version, shapes]))
`

const writing = `
import onnx, sys
from onnx import helper as h, TensorProto as T
inner = h.make_graph([h.make_node('Identity', ['x'], ['y'])], 'then', [], [h.make_tensor_value_info('y', T.FLOAT, None)])
graph = h.make_graph(
    [h.make_node('If', ['c'], ['y'], name='choose', then_branch=inner, else_branch=inner)],
    'user',
    [h.make_tensor_value_info('x', T.FLOAT, ['batch', 3, None]), h.make_tensor_value_info('c', T.BOOL, [])],
    [h.make_tensor_value_info('y', T.FLOAT, None)],
    [h.make_tensor('half', T.FLOAT16, [2], [1.0, -2.0]), h.make_tensor('long', T.INT64, [3], [1, -1, 2**40]),
     h.make_tensor('words', T.STRING, [1], [b'Null']), h.make_tensor('double', T.DOUBLE, [], [0.5]),
     h.make_tensor('flags', T.BOOL, [2], [True, False])],
    doc_string='by hand')
model = h.make_model(graph, producer_name='python', opset_imports=[h.make_opsetid('', 17)])
h.set_model_props(model, {'classes': 'a,b'})
onnx.save(model, sys.argv[1])
`

/** Runs `work` in a folder that is gone afterwards. */
function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-checker-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe.skipIf(absent)(`python3-onnx${absent ? ' (needs python3 with onnx, which is not here)' : ''}`, () => {
  test('accepts every head that Lectern writes, shapes inferred', () => {
    inFolder((folder) => {
      const names = headNames(goldenFolder)
      const files = names.map((name) => {
        const { tensors, config } = readHead(goldenFolder, name)
        const clues = { file: name, hasBoxes: true }
        const resolved = resolveHead(tensors, { value: config, file: name }, clues)
        const file = join(folder, `${name}.onnx`)
        writeFileSync(file, buildHeadModel(resolved.config, tensors, { file: name, version: '1.2.3' }).bytes)
        return file
      })
      const lines = execFileSync(python, ['-c', script, ...files], { encoding: 'utf8' })
        .trim()
        .split('\n')
      expect(lines).toHaveLength(names.length)
      const models = new Map(names.map((name, index) => [name, JSON.parse(lines[index]!) as unknown]))
      expect(models.get('c_spatial')).toEqual([
        8,
        17,
        'Lectern',
        '1.2.3',
        {
          grouprec: ['n', 32],
          convnext: ['n', 24],
          bbox_ctx: ['n', 4],
          scene: ['n'],
          logits: ['n', 5],
          gate: ['n', 2],
          neighbours: ['n', 'k'],
          neighbour_weights: ['n', 'k'],
        },
      ])
    })
  })

  test('writes models that Lectern reads: values in typed fields, nested graphs, sizes known only at run time', () => {
    const bytes = inFolder((folder) => {
      execFileSync(python, ['-c', writing, join(folder, 'user.onnx')])
      return readFileSync(join(folder, 'user.onnx'))
    })
    const model = decodeModel(bytes, { file: 'user.onnx' })
    const raw = (array: ArrayBufferView) => ({ kind: 'bytes', bytes: new Uint8Array(array.buffer) })
    expect([model.producerName, model.operatorSets.get(''), model.metadata.get('classes')]).toEqual([
      'python',
      17,
      'a,b',
    ])
    expect(model.graph.inputs).toEqual([
      { name: 'x', elementType: 'float32', dimensions: ['batch', 3, null] },
      { name: 'c', elementType: 'bool', dimensions: [] },
    ])
    expect(model.graph.initializers.map(({ name, data }) => [name, data])).toEqual([
      ['half', raw(Uint16Array.of(0x3c00, 0xc000))],
      ['long', raw(BigInt64Array.of(1n, -1n, 2n ** 40n))],
      ['words', { kind: 'strings', strings: [new TextEncoder().encode('Null')] }],
      ['double', raw(Float64Array.of(0.5))],
      ['flags', raw(Uint8Array.of(1, 0))],
    ])
    const branch = model.graph.nodes[0]!.attributes.get('then_branch')
    expect(branch?.kind === 'graph' && branch.value.nodes.map(({ operator }) => operator)).toEqual(['Identity'])
  })
})
