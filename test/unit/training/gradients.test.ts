import { expect, test } from 'vitest'
import { GraphBuilder } from '#main/onnx/graph-builder.ts'
import type { Operators } from '#main/onnx/operators/operators.ts'
import { encodeModel } from '#main/codecs/onnx/encode-model.ts'
import { Tape } from '#main/training/tape/tape.ts'
import { trainingOperators } from '#main/training/tape/training-operators.ts'
import { floats, floatsOf } from '#main/training/training-session.ts'
import { arrayOperators, matrix } from '../../support/array-operators.ts'
import type { Matrix } from '../../support/array-operators.ts'
import { cpuSession } from '../../support/training.ts'

/** A scalar made of variables by the heads' own operators. */
type Build = <Value>(operators: Operators<Value>, variables: Readonly<Record<string, Value>>) => Value

/** Deterministic values without ties, some negative. */
const wave = (rows: number, columns: number, phase: number): Matrix =>
  matrix(rows, columns, (row, column) => Math.sin(1.7 * row + 2.3 * column + phase) * (1 + 0.1 * row))
const vector = (size: number, phase: number): Matrix => ({
  shape: [size],
  values: Array.from({ length: size }, (_, index) => 0.8 + 0.3 * Math.cos(2.1 * index + phase)),
})

/** Weighs each element differently, so that the gradient of a sum that is constant (softmax) shows. */
const weighed = <Value>(operators: Operators<Value>, x: Value, mask: Value): Value =>
  operators.mean(operators.multiply(x, mask))

/** Weights of LayerNorm and a linear layer after it. */
const layer = (inputs: number, outputs: number) => ({
  scale: vector(inputs, 1),
  shift: vector(inputs, 2),
  w: wave(outputs, inputs, 1),
  b: vector(outputs, 0),
  mask: wave(4, outputs, 3),
})
const afterLayerNorm: Build = (o, { x, scale, shift, w, b, mask }) =>
  weighed(o, o.linearOfLayerNorm(x!, { epsilon: 1e-5, weight: scale!, bias: shift! }, w!, b!), mask!)

interface Case {
  /** Differentiated by. */
  readonly variables: Readonly<Record<string, Matrix>>
  /** Given without a gradient. */
  readonly data?: Readonly<Record<string, Matrix>>
  readonly build: Build
}

const cases: Readonly<Record<string, Case>> = {
  'linear, relu and a product of two': {
    variables: { x: wave(4, 3, 0), w: wave(5, 3, 1), b: vector(5, 0), mask: wave(4, 5, 2) },
    build: (o, { x, w, b, mask }) => weighed(o, o.relu(o.linear(x!, w!, b!)), mask!),
  },
  'matMul and transpose': {
    variables: { a: wave(4, 3, 0), mask: wave(4, 4, 2) },
    build: (o, { a, mask }) => weighed(o, o.matMul(a!, o.transpose(a!)), mask!),
  },
  'a linear layer of layer normalisation, with gradient to the rows': {
    variables: { x: wave(4, 6, 0), ...layer(6, 3) },
    build: afterLayerNorm,
  },
  'a linear layer of layer normalisation of data': {
    data: { x: wave(4, 6, 0) },
    variables: layer(6, 3),
    build: afterLayerNorm,
  },
  'batch normalisation of a linear layer': {
    variables: { x: wave(7, 4, 0), w: wave(3, 4, 1), b: vector(3, 2), scale: vector(3, 1), mask: wave(7, 3, 3) },
    build: (o, { x, w, b, scale, mask }) => {
      const norm = { name: 'bn', epsilon: 1e-5, weight: scale!, bias: b!, runningMean: b!, runningVariance: scale! }
      return weighed(o, o.batchNormOfLinear(x!, w!, b!, norm), mask!)
    },
  },
  'groups of columns times one factor each': {
    variables: { x: wave(4, 6, 0), factors: wave(4, 2, 1), mask: wave(4, 6, 2) },
    build: (o, { x, factors, mask }) => weighed(o, o.multiplyGroups(x!, factors!), mask!),
  },
  'softmax, logarithm and row sums': {
    variables: { x: wave(3, 4, 0), mask: wave(3, 1, 2) },
    build: (o, { x, mask }) => {
      const share = o.softmax(x!)
      return weighed(o, o.sumOfRow(o.multiply(share, o.logarithm(o.add(share, o.scalar(1e-8))))), mask!)
    },
  },
  'division and subtraction that stretch a column and a row': {
    variables: { x: wave(3, 4, 0), column: matrix(3, 1, (row) => 1.5 + row), row: vector(4, 1) },
    build: (o, { x, column, row }) => o.mean(o.divide(o.subtract(x!, row!), o.add(column!, o.scalar(0.5)))),
  },
  'exponential, negation, absolute value, square root': {
    variables: { x: wave(3, 4, 0.3) },
    build: (o, { x }) => o.mean(o.squareRoot(o.add(o.exponential(o.negate(x!)), o.absolute(x!)))),
  },
  'GELU by erf': { variables: { x: wave(5, 4, 0) }, build: (o, { x }) => o.mean(o.gelu(x!)) },
  'a lower bound and the norm of a row': {
    variables: { x: wave(4, 3, 0), mask: wave(4, 3, 1) },
    build: (o, { x, mask }) => weighed(o, o.divide(o.atLeast(x!, -0.2), o.atLeast(o.normOfRow(x!), 1e-12)), mask!),
  },
  'columns, rows and concatenation': {
    variables: { x: wave(4, 5, 0), w: wave(6, 3, 1), b: vector(6, 0), mask: wave(4, 4, 2) },
    build: (o, { x, w, b, mask }) => {
      const part = o.linear(o.columns(x!, 1, 4), o.rows(w!, 2, 4), o.rows(b!, 2, 4))
      return weighed(o, o.concatenate([part, o.columns(x!, 0, 1), o.columns(x!, 3, 4)]), mask!)
    },
  },
  'choice by a condition': {
    variables: { x: wave(3, 4, 0), y: wave(3, 1, 1), mask: wave(3, 4, 2) },
    build: (o, { x, y, mask }) => weighed(o, o.where(o.exceeds(x!, 0.1), o.multiply(x!, x!), y!), mask!),
  },
  'neighbours by cosine: through similarity, softmax and the rows themselves': {
    variables: { x: wave(6, 4, 0.4), mask: wave(6, 4, 2) },
    build: (o, { x, mask }) => {
      const unit = o.divide(x!, o.atLeast(o.normOfRow(x!), 1e-12))
      const pairs = o.matMul(unit, o.transpose(unit))
      const nearest = o.nearest(o.where(o.diagonal(pairs), o.scalar(-1e9), pairs), 3)
      return weighed(o, o.weightedRows(x!, nearest.index, o.softmax(nearest.similarity)), mask!)
    },
  },
}

/** Gradients by ONNX Runtime, of every variable. */
async function emitted({ variables, data = {}, build }: Case): Promise<Record<string, number[]>> {
  const graph = new GraphBuilder('gradients')
  const tape = new Tape(graph)
  const entries = Object.entries({ ...variables, ...data })
  const values = entries.map(([name, { shape }]) => {
    const input = graph.input(name, 'float32', shape)
    return [name, name in variables ? tape.variable(input, shape) : tape.value(input, shape)] as const
  })
  const noMask = (): never => {
    throw new Error('nothing is dropped here')
  }
  const loss = build(trainingOperators(tape, noMask), Object.fromEntries(values))
  const gradients = tape.gradients(loss)
  for (const [name, value] of values) {
    const gradient = gradients.get(value)
    if (gradient) graph.output(gradient.name, `d_${name}`, 'float32', gradient.shape)
  }
  const model = {
    irVersion: 8,
    operatorSets: new Map([['', 17]]),
    producerName: '',
    producerVersion: '',
    metadata: new Map(),
  }
  const session = await cpuSession(encodeModel({ ...model, graph: graph.build() }))
  const feeds = entries.map(([name, { shape, values: numbers }]) => [name, floats(Float32Array.from(numbers), shape)])
  const outputs = await session.run(Object.fromEntries(feeds) as Parameters<typeof session.run>[0])
  return Object.fromEntries(Object.keys(variables).map((name) => [name, [...floatsOf(outputs, `d_${name}`)]]))
}

/** The same by central differences of the operators on doubles. */
function differences({ variables, data, build }: Case, name: string): number[] {
  const step = 1e-5
  const { shape, values } = variables[name]!
  const at = (index: number, by: number): number => {
    const moved = { shape, values: values.with(index, values[index]! + by) }
    return build(arrayOperators, { ...data, ...variables, [name]: moved }).values[0]!
  }
  return values.map((_, index) => (at(index, step) - at(index, -step)) / (2 * step))
}

test.each(Object.entries(cases))('%s', async (_name, one) => {
  const gradients = await emitted(one)
  for (const name of Object.keys(one.variables)) {
    for (const [index, expected] of differences(one, name).entries()) {
      const actual = gradients[name]![index]!
      expect(Math.abs(actual - expected), `${name}[${index}]: ${actual} for ${expected}`).toBeLessThan(2e-5)
    }
  }
})

test('the norm of a row of zeros has gradient 0, not NaN', async () => {
  const zeros = matrix(2, 3, () => 0)
  const { x } = await emitted({ variables: { x: zeros }, build: (o, { x: rows }) => o.mean(o.normOfRow(rows!)) })
  expect(x).toEqual([0, 0, 0, 0, 0, 0])
})

test('what is detached passes no gradient on, and a variable that nothing depends on has none', () => {
  const graph = new GraphBuilder('gradients')
  const tape = new Tape(graph)
  const x = tape.variable(graph.input('x', 'float32', [2, 2]), [2, 2])
  const y = tape.variable(graph.input('y', 'float32', [2, 2]), [2, 2])
  const operators = trainingOperators(tape, () => tape.value('mask', [2, 2]))
  const gradients = tape.gradients(operators.mean(operators.add(operators.detach(operators.multiply(x, x)), y)))
  expect(gradients.has(x)).toBe(false)
  expect(gradients.get(y)?.shape).toEqual([2, 2])
})
