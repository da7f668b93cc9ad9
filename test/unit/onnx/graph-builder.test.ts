import { describe, expect, test } from 'vitest'
import { bytesOf, float, GraphBuilder, integers } from '#main/onnx/graph-builder.ts'

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name)

function start(): GraphBuilder {
  const graph = new GraphBuilder('test')
  graph.input('x', 'float32', ['n', 3])
  return graph
}

describe('names', () => {
  test('tell scope and operator, and are unique', () => {
    const graph = start()
    const first = graph.node('Relu', ['x'])
    const inner = graph.scope('gate', () => graph.scope('hidden', () => graph.node('Relu', [first])))
    const again = graph.scope('gate', () => graph.scope('hidden', () => graph.node('Relu', [inner])))
    expect([first, inner, again]).toEqual(['relu', 'gate/hidden/relu', 'gate/hidden/relu_2'])
  })

  test('a scope ends even when building fails in it', () => {
    const graph = start()
    const fail = () =>
      graph.scope('broken', () => {
        throw new Error('stop')
      })
    expect(fail).toThrow('stop')
    expect(graph.node('Neg', ['x'])).toBe('neg')
  })

  test('several outputs are numbered', () => {
    expect(start().nodes('TopK', ['x', 'k'], {}, 2)).toEqual(['topk.0', 'topk.1'])
  })

  test('a name is given once', () => {
    expect(() => start().input('x', 'float32', [1])).toThrow(/already has a value named x/)
  })
})

describe('constants', () => {
  test('are stored once per type, shape and value', () => {
    const graph = start()
    const all = [graph.float32(1), graph.float32([1]), graph.int64(1), graph.int64([1]), graph.float32(0.5)]
    expect(new Set(all).size).toBe(5)
    expect([graph.float32(1), graph.float32([1]), graph.int64(1), graph.int64([1]), graph.float32(0.5)]).toEqual(all)
  })

  test('have their bytes', () => {
    const graph = start()
    graph.output(graph.node('Slice', ['x', graph.int64([-1]), graph.float32(0.5)]), 'y', 'float32', [])
    const [index, half] = graph.build().initializers
    expect(index).toMatchObject({ elementType: 'int64', dimensions: [1], data: { bytes: new Uint8Array(8).fill(255) } })
    expect(half).toMatchObject({ elementType: 'float32', dimensions: [], data: { bytes: Uint8Array.of(0, 0, 0, 63) } })
  })
})

describe('build', () => {
  test('leaves out nodes, weights and constants that no output needs', () => {
    const graph = start()
    graph.initializer('used', 'float32', [3], bytesOf(new Float32Array(3)))
    graph.initializer('unused', 'float32', [3], bytesOf(new Float32Array(3)))
    const kept = graph.node('Add', ['x', 'used'])
    graph.node('Mul', [kept, graph.float32(9)])
    graph.output(graph.node('Relu', [kept]), 'y', 'float32', ['n', 3])
    const built = graph.build()
    expect(built.nodes.map(({ operator }) => operator)).toEqual(['Add', 'Relu'])
    expect(names(built.initializers)).toEqual(['used'])
    expect(names(built.inputs)).toEqual(['x'])
  })

  test('an output takes its public name without a copy, wherever the value is read', () => {
    const graph = start()
    const shared = graph.node('Relu', ['x'])
    graph.output(graph.node('Neg', [shared]), 'negative', 'float32', ['n', 3])
    graph.output(shared, 'positive', 'float32', ['n', 3])
    const { nodes } = graph.build()
    expect(nodes.map(({ operator, inputs, outputs }) => [operator, inputs, outputs])).toEqual([
      ['Relu', ['x'], ['positive']],
      ['Neg', ['positive'], ['negative']],
    ])
  })

  test('an input, or a value under a second name, is copied', () => {
    const graph = start()
    const value = graph.node('Relu', ['x'])
    graph.output(value, 'a', 'float32', ['n', 3])
    graph.output(value, 'b', 'float32', ['n', 3])
    graph.output('x', 'c', 'float32', ['n', 3])
    expect(graph.build().nodes.map(({ operator, inputs, outputs }) => [operator, inputs, outputs])).toEqual([
      ['Relu', ['x'], ['a']],
      ['Identity', ['a'], ['b']],
      ['Identity', ['x'], ['c']],
    ])
  })

  test('keeps attributes by name', () => {
    const graph = start()
    graph.output(graph.node('Op', ['x'], { perm: integers([1, 0]), alpha: float(0.5) }), 'y', 'float32', [])
    expect([...graph.build().nodes[0]!.attributes]).toEqual([
      ['perm', { kind: 'ints', value: [1n, 0n] }],
      ['alpha', { kind: 'float', value: 0.5 }],
    ])
  })
})
