import { integer, integers } from '#main/onnx/graph-builder.ts'
import { concatenate as join, slice as cut } from '#main/onnx/operators/shape.ts'
import type { Tape, TapeValue } from './tape.ts'

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis])

/** The shape of an operator's result that stretches axes of size 1, aligned at the last axis. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new TypeError(`[${a.join(', ')}] and [${b.join(', ')}] do not fit together`)
    }
    return left === 1 ? right : left
  })
}

export function reshape(tape: Tape, x: TapeValue, shape: readonly number[]): TapeValue {
  if (sameShape(x.shape, shape)) return x
  const name = tape.graph.node('Reshape', [x.name, tape.graph.int64(shape)])
  return tape.record(name, shape, [x], (d) => [reshape(tape, d, x.shape)])
}

/** Stretches axes of size 1 (and adds leading ones) up to `shape`. */
export function expand(tape: Tape, x: TapeValue, shape: readonly number[]): TapeValue {
  if (sameShape(x.shape, shape)) return x
  const name = tape.graph.node('Expand', [x.name, tape.graph.int64(shape)])
  return tape.record(name, shape, [x], (d) => [sumTo(tape, d, x.shape)])
}

/** The gradient of a stretched value: the sum over the axes that were stretched. */
export function sumTo(tape: Tape, gradient: TapeValue, shape: readonly number[]): TapeValue {
  if (sameShape(gradient.shape, shape)) return gradient
  const leading = gradient.shape.length - shape.length
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < leading || (shape[axis - leading] === 1 && size !== 1) ? [axis] : [],
  )
  return reshape(tape, axes.length === 0 ? gradient : sumOverAxes(tape, gradient, axes), shape)
}

/** Sum over some axes, which stay as 1. */
export function sumOverAxes(tape: Tape, x: TapeValue, axes: readonly number[]): TapeValue {
  const name = tape.graph.node('ReduceSum', [x.name, tape.graph.int64(axes)], { keepdims: integer(1) })
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  return tape.record(name, shape, [x], (d) => [expand(tape, d, x.shape)])
}

/** Mean over some axes, which stay as 1; carries no gradient. */
export function meanOverAxes(tape: Tape, x: TapeValue, axes: readonly number[]): TapeValue {
  const name = tape.graph.node('ReduceMean', [x.name], { axes: integers(axes), keepdims: integer(1) })
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  return tape.value(name, shape)
}

/** Elements start to end (exclusive) of one axis. */
export function slice(tape: Tape, x: TapeValue, axis: number, start: number, end: number): TapeValue {
  const shape = x.shape.with(axis, end - start)
  return tape.record(cut(tape.graph, x.name, axis, start, end), shape, [x], (d) => [pad(tape, d, x.shape, axis, start)])
}

/** The gradient of a slice: zeros around it. */
function pad(tape: Tape, part: TapeValue, shape: readonly number[], axis: number, start: number): TapeValue {
  const before = shape.map((_, other) => (other === axis ? start : 0))
  const after = shape.map((size, other) => (other === axis ? size - start - part.shape[axis]! : 0))
  return tape.value(tape.graph.node('Pad', [part.name, tape.graph.int64([...before, ...after])]), shape)
}

/** [n, a], [n, b], … → [n, a + b + …]; one value is returned as it is. */
export function concatenateColumns(tape: Tape, values: readonly TapeValue[]): TapeValue {
  const [first] = values
  if (values.length === 1) return first!
  const starts = values.map((_, index) => values.slice(0, index).reduce((sum, { shape }) => sum + shape[1]!, 0))
  const width = values.reduce((sum, { shape }) => sum + shape[1]!, 0)
  const names = values.map(({ name }) => name)
  return tape.record(join(tape.graph, names, 1), [first!.shape[0]!, width], values, (d) =>
    values.map(({ shape, needsGradient }, index) =>
      needsGradient ? slice(tape, d, 1, starts[index]!, starts[index]! + shape[1]!) : null,
    ),
  )
}
