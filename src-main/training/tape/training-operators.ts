import * as logic from '#main/onnx/operators/logic.ts'
import type { ValueName } from '#main/onnx/graph-builder.ts'
import type { Operators } from '#main/onnx/operators/operators.ts'
import * as arithmetic from './arithmetic.ts'
import { drop } from './dropout.ts'
import type { MaskMaker } from './dropout.ts'
import * as matrices from './matrices.ts'
import * as normalisations from './normalisations.ts'
import type { UpdatedStatistics } from './normalisations.ts'
import * as reductions from './reductions.ts'
import * as selections from './selections.ts'
import { broadcastShape, concatenateColumns, slice } from './shapes.ts'
import type { Tape, TapeValue } from './tape.ts'

export interface TrainingOperators extends Operators<TapeValue> {
  /** Running statistics after the batch by the layer's name, filled while the forward is built. */
  readonly statistics: ReadonlyMap<string, UpdatedStatistics>
}

/** The operators of a forward pass in training: batch statistics, dropout by the masks of `maskOf`, and every gradient. */
export function trainingOperators(tape: Tape, maskOf: MaskMaker): TrainingOperators {
  const { graph } = tape
  const statistics = new Map<string, UpdatedStatistics>()
  const diagonals = new Map<number, TapeValue>()
  const pair = (name: ValueName, a: TapeValue, b: TapeValue): TapeValue =>
    tape.value(name, broadcastShape(a.shape, b.shape))
  return {
    statistics,
    linear: (x, weight, bias) => matrices.linear(tape, x, weight, bias),
    matMul: (a, b) => matrices.matMul(tape, a, b),
    transpose: (x) => matrices.transpose(tape, x),
    linearOfLayerNorm: (x, norm, weight, bias) => normalisations.linearOfLayerNorm(tape, x, norm, weight, bias),
    batchNormOfLinear: (x, weight, bias, norm) => {
      const { output, updated } = normalisations.batchNormalisation(tape, matrices.linear(tape, x, weight, bias), norm)
      statistics.set(norm.name, updated)
      return output
    },
    softmax: (x) => normalisations.softmax(tape, x),
    add: (a, b) => arithmetic.add(tape, a, b),
    subtract: (a, b) => arithmetic.subtract(tape, a, b),
    multiply: (a, b) => arithmetic.multiply(tape, a, b),
    divide: (a, b) => arithmetic.divide(tape, a, b),
    negate: (x) => arithmetic.negate(tape, x),
    absolute: (x) => arithmetic.absolute(tape, x),
    exponential: (x) => arithmetic.exponential(tape, x),
    logarithm: (x) => arithmetic.logarithm(tape, x),
    squareRoot: (x) => arithmetic.squareRoot(tape, x),
    relu: (x) => arithmetic.relu(tape, x),
    gelu: (x) => arithmetic.gelu(tape, x),
    atLeast: (x, minimum) => arithmetic.atLeast(tape, x, minimum),
    multiplyGroups: (x, factors) => arithmetic.multiplyGroups(tape, x, factors),
    scalar: (value) => arithmetic.scalar(tape, value),
    sumOfRow: (x) => reductions.sumOfRow(tape, x),
    normOfRow: (x) => reductions.normOfRow(tape, x),
    mean: (x) => reductions.mean(tape, x),
    concatenate: (values) => concatenateColumns(tape, values),
    columns: (x, start, end) => slice(tape, x, 1, start, end),
    rows: (x, start, end) => slice(tape, x, 0, start, end),
    equal: (a, b) => pair(logic.equal(graph, a.name, b.name), a, b),
    and: (a, b) => pair(logic.and(graph, a.name, b.name), a, b),
    or: (a, b) => pair(logic.or(graph, a.name, b.name), a, b),
    not: (x) => tape.value(logic.not(graph, x.name), x.shape),
    exceeds: (x, threshold) => tape.value(logic.greater(graph, x.name, graph.float32(threshold)), x.shape),
    diagonal: (square) => selections.diagonal(tape, square.shape[0]!, diagonals),
    anyOfRow: (x) => selections.anyOfRow(tape, x),
    where: (condition, whenTrue, whenFalse) => arithmetic.where(tape, condition, whenTrue, whenFalse),
    nearest: (similarity, limit) => selections.nearest(tape, similarity, limit),
    weightedRows: (rows, index, weight) => selections.weightedRows(tape, rows, index, weight),
    detach: (x) => arithmetic.detach(tape, x),
    dropout: (x, rate, name, groups) => drop(tape, x, { rate, name, groups: groups ?? null }, maskOf),
    scope: (name, build) => graph.scope(name, build),
  }
}
