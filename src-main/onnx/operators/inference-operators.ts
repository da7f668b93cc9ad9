import type { GraphBuilder, ValueName } from '../graph-builder.ts'
import * as elementwise from './elementwise.ts'
import * as linear from './linear.ts'
import * as logic from './logic.ts'
import * as normalisation from './normalisation.ts'
import type { Operators } from './operators.ts'
import * as reduction from './reduction.ts'
import * as selection from './selection.ts'
import * as shape from './shape.ts'

/** The operators of a forward pass only, for any number of rows: no dropout, running statistics, no gradients. */
export function inferenceOperators(graph: GraphBuilder): Operators<ValueName> {
  return {
    linear: (x, weight, bias) => linear.linear(graph, x, weight, bias),
    matMul: (a, b) => linear.matMul(graph, a, b),
    transpose: (x) => linear.transpose(graph, x),
    linearOfLayerNorm: (x, norm, weight, bias) =>
      linear.linear(
        graph,
        normalisation.layerNormalisation(graph, x, norm.weight, norm.bias, norm.epsilon),
        weight,
        bias,
      ),
    batchNormOfLinear: (x, weight, bias, norm) => normalisation.batchNormOfLinear(graph, x, weight, bias, norm),
    softmax: (x) => normalisation.softmax(graph, x),
    add: (a, b) => elementwise.add(graph, a, b),
    subtract: (a, b) => elementwise.subtract(graph, a, b),
    multiply: (a, b) => elementwise.multiply(graph, a, b),
    divide: (a, b) => elementwise.divide(graph, a, b),
    negate: (x) => elementwise.negate(graph, x),
    absolute: (x) => elementwise.absolute(graph, x),
    exponential: (x) => elementwise.exponential(graph, x),
    logarithm: (x) => elementwise.logarithm(graph, x),
    squareRoot: (x) => elementwise.squareRoot(graph, x),
    relu: (x) => elementwise.relu(graph, x),
    gelu: (x) => elementwise.gelu(graph, x),
    atLeast: (x, minimum) => elementwise.maximum(graph, x, graph.float32(minimum)),
    multiplyGroups: (x, factors) => shape.multiplyGroups(graph, x, factors),
    scalar: (value) => graph.float32(value),
    sumOfRow: (x) => reduction.sumOfRow(graph, x),
    normOfRow: (x) => reduction.normOfRow(graph, x),
    mean: (x) => reduction.mean(graph, x),
    concatenate: (values) => shape.concatenate(graph, values, 1),
    columns: (x, start, end) => shape.slice(graph, x, 1, start, end),
    rows: (x, start, end) => shape.slice(graph, x, 0, start, end),
    equal: (a, b) => logic.equal(graph, a, b),
    and: (a, b) => logic.and(graph, a, b),
    or: (a, b) => logic.or(graph, a, b),
    not: (a) => logic.not(graph, a),
    exceeds: (x, threshold) => logic.greater(graph, x, graph.float32(threshold)),
    diagonal: (square) => selection.diagonal(graph, square),
    anyOfRow: (x) => shape.cast(graph, reduction.maximumOfRow(graph, shape.cast(graph, x, 'int32')), 'bool'),
    where: (condition, whenTrue, whenFalse) => logic.where(graph, condition, whenTrue, whenFalse),
    nearest: (similarity, limit) => selection.nearest(graph, similarity, limit),
    weightedRows: (rows, index, weight) => selection.weightedRows(graph, rows, index, weight),
    detach: (x) => x,
    dropout: (x) => x,
    scope: (name, build) => graph.scope(name, build),
  }
}
