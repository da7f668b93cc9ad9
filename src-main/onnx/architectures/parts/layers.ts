import type { HeadContext, Initialisation, WeightSpec } from '../architecture.ts'

/** Epsilon of every LayerNorm and BatchNorm in RAFNet's heads (PyTorch's default). */
const normalisationEpsilon = 1e-5

const constant = (value: number): Initialisation => ({ kind: 'constant', value })
const uniform = (bound: number): Initialisation => ({ kind: 'uniform', bound })

/** A weight that training learns. */
function parameterSpec(name: string, shape: readonly number[], initialisation: Initialisation): WeightSpec {
  return { name, shape, role: 'parameter', initialisation }
}

/** `nn.Linear(inputs, outputs)`: weight and bias start uniform within ±1/√inputs. */
export function linearWeights(name: string, inputs: number, outputs: number): WeightSpec[] {
  const initialisation = uniform(1 / Math.sqrt(inputs))
  return [
    parameterSpec(`${name}.weight`, [outputs, inputs], initialisation),
    parameterSpec(`${name}.bias`, [outputs], initialisation),
  ]
}

/** The scale and shift of a LayerNorm or BatchNorm. */
export function normWeights(name: string, width: number): WeightSpec[] {
  return [parameterSpec(`${name}.weight`, [width], constant(1)), parameterSpec(`${name}.bias`, [width], constant(0))]
}

/** `nn.BatchNorm1d(width)` with its running statistics. */
export function batchNormWeights(name: string, width: number): WeightSpec[] {
  return [
    ...normWeights(name, width),
    { name: `${name}.running_mean`, shape: [width], role: 'statistic', initialisation: constant(0) },
    { name: `${name}.running_var`, shape: [width], role: 'statistic', initialisation: constant(1) },
    { name: `${name}.num_batches_tracked`, shape: [], role: 'counter', initialisation: constant(0) },
  ]
}

/**
 * `nn.MultiheadAttention(width)`. Its packed query, key and value matrix starts Xavier-uniform over [3·width, width]
 * (bound √(6/(4·width))), its biases at 0.
 */
export function attentionWeights(name: string, width: number): WeightSpec[] {
  return [
    parameterSpec(`${name}.in_proj_weight`, [3 * width, width], uniform(Math.sqrt(6 / (4 * width)))),
    parameterSpec(`${name}.in_proj_bias`, [3 * width], constant(0)),
    parameterSpec(`${name}.out_proj.weight`, [width, width], uniform(1 / Math.sqrt(width))),
    parameterSpec(`${name}.out_proj.bias`, [width], constant(0)),
  ]
}

/** x [n, in] → [n, out]. */
export function linear<Value>(context: HeadContext<Value>, name: string, x: Value): Value {
  return context.operators.linear(x, context.weight(`${name}.weight`), context.weight(`${name}.bias`))
}

/** Linear `name` of LayerNorm `norm`: x [n, in] → [n, out]. */
export function linearOfLayerNorm<Value>(context: HeadContext<Value>, name: string, norm: string, x: Value): Value {
  const { operators, weight } = context
  const scale = { epsilon: normalisationEpsilon, weight: weight(`${norm}.weight`), bias: weight(`${norm}.bias`) }
  return operators.linearOfLayerNorm(x, scale, weight(`${name}.weight`), weight(`${name}.bias`))
}

/** BatchNorm `norm` of Linear `name`: x [n, in] → [n, out]. */
export function batchNormOfLinear<Value>(context: HeadContext<Value>, name: string, norm: string, x: Value): Value {
  const { operators, weight } = context
  return operators.batchNormOfLinear(x, weight(`${name}.weight`), weight(`${name}.bias`), {
    name: norm,
    epsilon: normalisationEpsilon,
    weight: weight(`${norm}.weight`),
    bias: weight(`${norm}.bias`),
    runningMean: weight(`${norm}.running_mean`),
    runningVariance: weight(`${norm}.running_var`),
  })
}

/** Linear, ReLU, Dropout, Linear under the names `name.0` and `name.3`. */
export function twoLayerWeights(name: string, inputs: number, hidden: number, outputs: number): WeightSpec[] {
  return [...linearWeights(`${name}.0`, inputs, hidden), ...linearWeights(`${name}.3`, hidden, outputs)]
}

/** x [n, in] → [n, out]. */
export function twoLayers<Value>(context: HeadContext<Value>, name: string, x: Value, dropout: number): Value {
  const { operators } = context
  return operators.scope(name, () => {
    const hidden = operators.relu(linear(context, `${name}.0`, x))
    return linear(context, `${name}.3`, operators.dropout(hidden, dropout, name))
  })
}
