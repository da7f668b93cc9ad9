import type { HeadContext, TensorShapes, WeightSpec } from '../architecture.ts'
import { inTraining, integerParameter, numberParameter, rateParameter } from '../parameter.ts'
import type { ParameterValue } from '../parameter.ts'
import { linear, linearWeights } from './layers.ts'

/** Options of every gated family and RAFNet's defaults. */
export const gateParameters = {
  hiddenDim: integerParameter('hidden_dim', 256, 1),
  dropout: rateParameter('dropout', 0.3),
  gateDropout: rateParameter('gate_dropout', 0.1),
  gateHiddenDim: integerParameter('gate_hidden_dim', 128, 1),
  /** Divides the gate's logits; RAFNet raises anything below 1e-6 to 1e-6. */
  gateTemperature: numberParameter('gate_temperature', 1),
  entropyWeight: inTraining(numberParameter('entropy_weight', 0.01)),
} as const

interface GateOptions {
  readonly gateDropout: number
  readonly gateTemperature: number
}

export function gateWeights(inputs: number, hidden: number, modalities: number): WeightSpec[] {
  return [...linearWeights('gate_fc1', inputs, hidden), ...linearWeights('gate_fc2', hidden, modalities)]
}

/** softmax(gate_fc2(relu(gate_fc1(x))) / temperature): x [n, in] → [n, modalities]. */
export function gate<Value>(context: HeadContext<Value>, x: Value, options: GateOptions): Value {
  const { operators } = context
  return operators.scope('gate', () => {
    const hidden = operators.relu(linear(context, 'gate_fc1', x))
    const logits = linear(context, 'gate_fc2', operators.dropout(hidden, options.gateDropout, 'gate'))
    const temperature = Math.max(options.gateTemperature, 1e-6)
    return operators.softmax(temperature === 1 ? logits : operators.divide(logits, operators.scalar(temperature)))
  })
}

/** Each modality's features times its column of the gate: joined [n, modalities · hidden], share [n, modalities]. */
export function gateFeatures<Value>({ operators }: HeadContext<Value>, joined: Value, share: Value): Value {
  return operators.scope('gated', () => operators.multiplyGroups(joined, share))
}

/** softmax(class_prior_head(x)): x [n, in] → [n, classes]; carries no gradient where `detached`. */
export function classPrior<Value>(context: HeadContext<Value>, x: Value, detached: boolean): Value {
  const { operators } = context
  return operators.scope('class_prior', () => {
    const prior = operators.softmax(linear(context, 'class_prior_head', x))
    return detached ? operators.detach(prior) : prior
  })
}

/** weight · mean over rows of −Σ g · ln(g + 1e-8), a scalar. */
export function gateEntropyLoss<Value>(context: HeadContext<Value>, share: Value, weight: number): Value {
  const { operators } = context
  return operators.scope('gate_entropy', () => {
    const logarithm = operators.logarithm(operators.add(share, operators.scalar(1e-8)))
    const entropy = operators.negate(operators.sumOfRow(operators.multiply(share, logarithm)))
    return operators.multiply(operators.mean(entropy), operators.scalar(weight))
  })
}

/** The gate's hidden width, from its first layer. */
export function gateHiddenWidthFromWeights(tensors: TensorShapes): Readonly<Record<string, ParameterValue>> {
  const gateHiddenDim = tensors.get('gate_fc1.weight')?.shape[0]
  return gateHiddenDim === undefined ? {} : { gateHiddenDim }
}
