import type { HeadContext, WeightSpec } from '../architecture.ts'
import { batchNormWeights, linear, linearWeights, batchNormOfLinear } from './layers.ts'

/** Linear, BatchNorm, ReLU, Dropout, Linear under `name.0`, `name.1` and `name.4` (`fusion` in the MLP, else `classifier`). */
export function classifierWeights(name: string, inputs: number, hidden: number, classes: number): WeightSpec[] {
  return [
    ...linearWeights(`${name}.0`, inputs, hidden),
    ...batchNormWeights(`${name}.1`, hidden),
    ...linearWeights(`${name}.4`, hidden, classes),
  ]
}

/** x [n, in] → logits [n, classes]. */
export function classify<Value>(context: HeadContext<Value>, name: string, x: Value, dropout: number): Value {
  const { operators } = context
  return operators.scope(name, () => {
    const hidden = operators.relu(batchNormOfLinear(context, `${name}.0`, `${name}.1`, x))
    return linear(context, `${name}.4`, operators.dropout(hidden, dropout, name))
  })
}
