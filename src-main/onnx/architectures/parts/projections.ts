import type { HeadContext, TensorShapes, WeightSpec } from '../architecture.ts'
import type { Modality } from '../config.ts'
import type { ParameterValue } from '../parameter.ts'
import { linearOfLayerNorm, linearWeights, normWeights } from './layers.ts'

/** `norms.<modality>` for every modality, then `projections.<modality>`: the order of PyTorch's state dict. */
export function projectionWeights(modalities: readonly Modality[], hiddenWidth: number): WeightSpec[] {
  return [
    ...modalities.flatMap(({ name, width }) => normWeights(`norms.${name}`, width)),
    ...modalities.flatMap(({ name, width }) => linearWeights(`projections.${name}`, width, hiddenWidth)),
  ]
}

/** Each modality's rows through LayerNorm and Linear: one [n, hidden] per modality, in order. */
export function project<Value>(context: HeadContext<Value>, modalities: readonly Modality[]): readonly Value[] {
  return modalities.map(({ name }) =>
    context.operators.scope(name, () =>
      linearOfLayerNorm(context, `projections.${name}`, `norms.${name}`, context.input(name)),
    ),
  )
}

/** The hidden width, from any projection; nothing where the file has none. */
export function hiddenWidthFromWeights(tensors: TensorShapes): Readonly<Record<string, ParameterValue>> {
  const projection = [...tensors].find(([name]) => /^projections\.[^.]+\.weight$/.test(name))
  const hiddenDim = projection?.[1].shape[0]
  return hiddenDim === undefined ? {} : { hiddenDim }
}
