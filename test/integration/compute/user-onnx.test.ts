import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeModel } from '#main/codecs/onnx/encode-model.ts'
import type { OnnxGraph, OnnxTensor } from '#main/codecs/onnx/model.ts'
import { refusal } from '../../support/bad-input.ts'
import { startCompute, temporaryFolder } from '../../support/compute.ts'

const compute = startCompute()
const folder = temporaryFolder()
const inside = join(folder, 'model')
mkdirSync(inside)
const numbers = new Uint8Array(Float32Array.from({ length: 12 }, (_, index) => index).buffer)
for (const file of [join(folder, 'outside.bin'), join(inside, 'weights.bin')]) writeFileSync(file, numbers)
symlinkSync(join(folder, 'outside.bin'), join(inside, 'link.bin'))

const weight = (location: string, offset = 0): OnnxTensor => ({
  name: 'w',
  elementType: 'float32',
  dimensions: [4, 3],
  data: { kind: 'external', location, offset, length: 48 },
})

const graphOf = (initializer: OnnxTensor, domain: string, operator: string): OnnxGraph => ({
  name: 'head',
  nodes: [{ name: 'node', domain, operator, inputs: ['convnext', 'w'], outputs: ['logits'], attributes: new Map() }],
  initializers: [initializer],
  inputs: [{ name: 'convnext', elementType: 'float32', dimensions: ['n', 4] }],
  outputs: [{ name: 'logits', elementType: 'float32', dimensions: ['n', 3] }],
})

function put(name: string, graph: OnnxGraph): string {
  const operatorSets = new Map([
    ['', 17],
    ['my.operators', 1],
  ])
  const file = join(inside, name)
  const head = {
    irVersion: 8,
    operatorSets,
    producerName: 'test',
    producerVersion: '',
    metadata: new Map<string, string>(),
  }
  writeFileSync(file, encodeModel({ ...head, graph }))
  return file
}

/** The graph in a branch of an If: weights and operators hide there too. */
const hidden = (graph: OnnxGraph): OnnxGraph => ({
  ...graph,
  nodes: [
    {
      ...graph.nodes[0]!,
      operator: 'If',
      domain: '',
      attributes: new Map([['then_branch', { kind: 'graph', value: graph }]]),
    },
  ],
  initializers: [],
})

const describeModel = (file: string) =>
  compute.models.describe({
    file,
    config: null,
    chosen: {},
    hasBoxes: false,
    modalities: [{ name: 'convnext', width: 4 }],
  })

test('weights beside the model are read', async () => {
  const file = put('good.onnx', graphOf(weight('weights.bin'), '', 'MatMul'))
  expect((await describeModel(file)).classes).toBe(3)
})

test.each([
  [
    'weights above its folder',
    graphOf(weight('../outside.bin'), '', 'MatMul'),
    'external-data-outside',
    '../outside.bin',
  ],
  ['weights at an absolute path', graphOf(weight('/etc/passwd'), '', 'MatMul'), 'external-data-outside', '/etc/passwd'],
  [
    'a way out and in again',
    graphOf(weight('../../etc/../outside.bin'), '', 'MatMul'),
    'external-data-outside',
    'outside.bin',
  ],
  ['a link out of its folder', graphOf(weight('link.bin'), '', 'MatMul'), 'external-data-outside', 'link.bin'],
  [
    'weights in a branch',
    hidden(graphOf(weight('../outside.bin'), '', 'MatMul')),
    'external-data-outside',
    '../outside.bin',
  ],
  ['weights that are not there', graphOf(weight('gone.bin'), '', 'MatMul'), 'external-data-missing', 'gone.bin'],
  ['weights that end early', graphOf(weight('weights.bin', 4), '', 'MatMul'), 'external-data-missing', 'weights.bin'],
  ['the folder itself', graphOf(weight('.'), '', 'MatMul'), 'external-data-outside', '.'],
  [
    'an operator of its own',
    graphOf(weight('weights.bin'), 'my.operators', 'Divine'),
    'custom-operator',
    'Divine of my.operators',
  ],
  ['one in a branch', hidden(graphOf(weight('weights.bin'), 'my.operators', 'Divine')), 'custom-operator', 'Divine'],
])('%s: refused by name', async (what, graph, reason, named) => {
  const name = `${what}.onnx`
  const error = await refusal(describeModel(put(name, graph)))
  expect(error.code).toBe(`onnx.${reason}`)
  expect(error.message).toContain(name)
  expect(error.message).toContain(named)
})
