import { integer } from '#main/onnx/graph-builder.ts'
import type { GraphBuilder, ValueName } from '#main/onnx/graph-builder.ts'
import * as elementwise from '#main/onnx/operators/elementwise.ts'
import { greater, where as choose } from '#main/onnx/operators/logic.ts'
import { cast } from '#main/onnx/operators/shape.ts'
import { broadcastShape, reshape, sumTo } from './shapes.ts'
import type { Tape, TapeValue } from './tape.ts'

/** Element by element; axes of size 1 are stretched. Formulas of the gradients are the textbook's. */

export const scalar = (tape: Tape, value: number): TapeValue => tape.value(tape.graph.float32(value), [])

/** [size] */
export const ones = (tape: Tape, size: number): TapeValue =>
  tape.value(tape.graph.float32(new Array<number>(size).fill(1)), [size])

type Pair = (graph: GraphBuilder, a: ValueName, b: ValueName) => ValueName
type PairGradient = (d: TapeValue) => TapeValue

function pairwise(
  tape: Tape,
  emit: Pair,
  a: TapeValue,
  b: TapeValue,
  gradients: (output: TapeValue) => readonly [PairGradient, PairGradient],
): TapeValue {
  const output: TapeValue = tape.record(
    emit(tape.graph, a.name, b.name),
    broadcastShape(a.shape, b.shape),
    [a, b],
    (d) => {
      const [ofA, ofB] = gradients(output)
      return [
        a.needsGradient ? sumTo(tape, ofA(d), a.shape) : null,
        b.needsGradient ? sumTo(tape, ofB(d), b.shape) : null,
      ]
    },
  )
  return output
}

export const add = (tape: Tape, a: TapeValue, b: TapeValue): TapeValue =>
  pairwise(tape, elementwise.add, a, b, () => [(d) => d, (d) => d])

export const subtract = (tape: Tape, a: TapeValue, b: TapeValue): TapeValue =>
  pairwise(tape, elementwise.subtract, a, b, () => [(d) => d, (d) => negate(tape, d)])

export const multiply = (tape: Tape, a: TapeValue, b: TapeValue): TapeValue =>
  pairwise(tape, elementwise.multiply, a, b, () => [(d) => multiply(tape, d, b), (d) => multiply(tape, d, a)])

export const divide = (tape: Tape, a: TapeValue, b: TapeValue): TapeValue =>
  pairwise(tape, elementwise.divide, a, b, (quotient) => [
    (d) => divide(tape, d, b),
    (d) => negate(tape, divide(tape, multiply(tape, d, quotient), b)),
  ])

/** Each run of d neighbouring columns of x [n, groups · d] times one column of `factors` [n, groups]. */
export function multiplyGroups(tape: Tape, x: TapeValue, factors: TapeValue): TapeValue {
  const [rows, columns, groups] = [x.shape[0]!, x.shape[1]!, factors.shape[1]!]
  const grouped = reshape(tape, x, [rows, groups, columns / groups])
  return reshape(tape, multiply(tape, grouped, reshape(tape, factors, [rows, groups, 1])), x.shape)
}

/** The smaller of the two; carries no gradient. */
export const minimum = (tape: Tape, a: TapeValue, b: TapeValue): TapeValue =>
  tape.value(elementwise.minimum(tape.graph, a.name, b.name), broadcastShape(a.shape, b.shape))

type Single = (graph: GraphBuilder, x: ValueName) => ValueName

/** An operator of one value; `gradient` gets the output's gradient and the output. */
function single(
  tape: Tape,
  emit: Single,
  x: TapeValue,
  gradient: (d: TapeValue, output: TapeValue) => TapeValue,
): TapeValue {
  const output: TapeValue = tape.record(emit(tape.graph, x.name), x.shape, [x], (d) => [gradient(d, output)])
  return output
}

export const negate = (tape: Tape, x: TapeValue): TapeValue =>
  single(tape, elementwise.negate, x, (d) => negate(tape, d))

/** x > 0 as 1 or 0; ONNX Runtime's Sign takes several times as long. */
const isPositive = (tape: Tape, x: TapeValue): TapeValue =>
  tape.value(cast(tape.graph, greater(tape.graph, x.name, tape.graph.float32(0)), 'float32'), x.shape)

export const sign = (tape: Tape, x: TapeValue): TapeValue => tape.value(tape.graph.node('Sign', [x.name]), x.shape)

export const absolute = (tape: Tape, x: TapeValue): TapeValue =>
  single(tape, elementwise.absolute, x, (d) => multiply(tape, d, sign(tape, x)))

export const exponential = (tape: Tape, x: TapeValue): TapeValue =>
  single(tape, elementwise.exponential, x, (d, y) => multiply(tape, d, y))

export const logarithm = (tape: Tape, x: TapeValue): TapeValue =>
  single(tape, elementwise.logarithm, x, (d) => divide(tape, d, x))

export const squareRoot = (tape: Tape, x: TapeValue): TapeValue =>
  single(tape, elementwise.squareRoot, x, (d, y) => divide(tape, multiply(tape, d, scalar(tape, 0.5)), y))

/** x to a constant power; the gradient of x⁰ is 0, as PyTorch's is. */
export function power(tape: Tape, x: TapeValue, exponent: number): TapeValue {
  const emit: Single = (graph, name) => graph.node('Pow', [name, graph.float32(exponent)])
  return single(tape, emit, x, (d) =>
    exponent === 0
      ? multiply(tape, d, scalar(tape, 0))
      : multiply(tape, d, multiply(tape, scalar(tape, exponent), power(tape, x, exponent - 1))),
  )
}

/** `d` where `condition` holds, else 0. */
const masked = (tape: Tape, condition: ValueName, d: TapeValue): TapeValue =>
  tape.value(choose(tape.graph, condition, d.name, tape.graph.float32(0)), d.shape)

export const relu = (tape: Tape, x: TapeValue): TapeValue =>
  single(tape, elementwise.relu, x, (d, y) => multiply(tape, d, isPositive(tape, y)))

/** max(x, minimum); at the minimum itself the gradient passes, as through PyTorch's clamp. */
export function atLeast(tape: Tape, x: TapeValue, minimumValue: number): TapeValue {
  const emit: Single = (graph, name) => elementwise.maximum(graph, name, graph.float32(minimumValue))
  return single(tape, emit, x, (d) => {
    const passes = tape.graph.node('GreaterOrEqual', [x.name, tape.graph.float32(minimumValue)])
    return masked(tape, passes, d)
  })
}

/** GELU by erf; its derivative is Φ(x) + x φ(x), with the normal distribution's Φ and density φ. */
export function gelu(tape: Tape, x: TapeValue): TapeValue {
  return single(tape, elementwise.gelu, x, (d) => {
    const scaled = divide(tape, x, scalar(tape, Math.SQRT2))
    const error = tape.value(tape.graph.node('Erf', [scaled.name]), x.shape)
    const cumulative = multiply(tape, add(tape, error, scalar(tape, 1)), scalar(tape, 0.5))
    const bell = exponential(tape, negate(tape, multiply(tape, scaled, scaled)))
    const density = multiply(tape, bell, scalar(tape, 1 / Math.sqrt(2 * Math.PI)))
    return multiply(tape, d, add(tape, cumulative, multiply(tape, x, density)))
  })
}

/** The same value through which no gradient flows. */
export const detach = (tape: Tape, x: TapeValue): TapeValue => tape.value(x.name, x.shape)

/** Picks by a boolean value; the gradient goes where the value came from. */
export function where(tape: Tape, condition: TapeValue, whenTrue: TapeValue, whenFalse: TapeValue): TapeValue {
  const shape = broadcastShape(broadcastShape(condition.shape, whenTrue.shape), whenFalse.shape)
  const name = choose(tape.graph, condition.name, whenTrue.name, whenFalse.name)
  const zero = tape.graph.float32(0)
  return tape.record(name, shape, [condition, whenTrue, whenFalse], (d) => [
    null,
    whenTrue.needsGradient ? sumTo(tape, masked(tape, condition.name, d), whenTrue.shape) : null,
    whenFalse.needsGradient
      ? sumTo(tape, tape.value(choose(tape.graph, condition.name, zero, d.name), d.shape), whenFalse.shape)
      : null,
  ])
}

/** Natural logarithm of the softmax over each row. */
export function logSoftmax(tape: Tape, x: TapeValue): TapeValue {
  const emit: Single = (graph, name) => graph.node('LogSoftmax', [name], { axis: integer(-1) })
  return single(tape, emit, x, (d, y) => {
    const total = tape.value(
      tape.graph.node('ReduceSum', [d.name, tape.graph.int64([-1])], { keepdims: integer(1) }),
      d.shape.with(-1, 1),
    )
    return subtract(tape, d, multiply(tape, exponential(tape, y), total))
  })
}

/** Σ x², a scalar without gradient. */
export const sumOfSquares = (tape: Tape, x: TapeValue): TapeValue =>
  tape.value(tape.graph.node('ReduceSumSquare', [x.name], { keepdims: integer(0) }), [])
