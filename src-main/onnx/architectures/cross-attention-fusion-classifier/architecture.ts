import type { Architecture, HeadContext, WeightSpec } from '../architecture.ts'
import type { HeadConfigOf } from '../config.ts'
import { attentionWeights, linear, linearOfLayerNorm, linearWeights, normWeights } from '../parts/layers.ts'
import { crossAttentionParameters } from './parameters.ts'

type Config = HeadConfigOf<'cross_attention_fusion_classifier'>

/** LayerNorm, Linear, GELU, Dropout, Linear under `name.0`, `name.1` and `name.4`. */
function feedForwardWeights(name: string, inputs: number, hidden: number, outputs: number): WeightSpec[] {
  return [
    ...normWeights(`${name}.0`, inputs),
    ...linearWeights(`${name}.1`, inputs, hidden),
    ...linearWeights(`${name}.4`, hidden, outputs),
  ]
}

function feedForward<Value>(context: HeadContext<Value>, name: string, x: Value, dropout: number): Value {
  const { operators } = context
  return operators.scope(name, () => {
    const hidden = operators.gelu(linearOfLayerNorm(context, `${name}.1`, `${name}.0`, x))
    return linear(context, `${name}.4`, operators.dropout(hidden, dropout, name))
  })
}

/** One modality's rows as a token of the model's width, [n, d]. */
function token<Value>(context: HeadContext<Value>, side: 'a' | 'b', modality: string): Value {
  return linearOfLayerNorm(context, `proj_${side}`, `norm_${side}`, context.input(modality))
}

/**
 * Attention of one token over one other. The softmax over a single key is exactly 1, so what arrives is the other token's
 * value projection, rows 2d to 3d of the packed matrix; queries and keys have no effect and get no gradient but decay.
 */
function attend<Value>(context: HeadContext<Value>, name: string, other: Value, config: Config): Value {
  const { operators, weight } = context
  const { modelWidth, headCount, dropout } = config.parameters
  return operators.scope(name, () => {
    const valueWeight = operators.rows(weight(`${name}.in_proj_weight`), 2 * modelWidth, 3 * modelWidth)
    const valueBias = operators.rows(weight(`${name}.in_proj_bias`), 2 * modelWidth, 3 * modelWidth)
    const value = operators.linear(other, valueWeight, valueBias)
    return linear(context, `${name}.out_proj`, operators.dropout(value, dropout, name, headCount))
  })
}

function problem({ modalities, parameters: { modelWidth, headCount } }: Config): string | null {
  if (modalities.length !== 2) return `a cross-attention head takes exactly 2, not ${modalities.length}`
  if (modelWidth % headCount !== 0) return `d_model ${modelWidth} cannot be divided among num_heads ${headCount}`
  return null
}

/** Each modality is one token, attends to the other, passes a feed-forward layer, and both are classified side by side. */
export const crossAttentionFusionClassifier: Architecture<'cross_attention_fusion_classifier'> = {
  parameters: crossAttentionParameters,
  fusedModalities: (config) => config.modalities,
  weights: ({ modalities, classes, parameters: { modelWidth, feedForwardRatio } }) => {
    const [a, b] = [modalities[0]?.width ?? 0, modalities[1]?.width ?? 0]
    return [
      ...normWeights('norm_a', a),
      ...normWeights('norm_b', b),
      ...linearWeights('proj_a', a, modelWidth),
      ...linearWeights('proj_b', b, modelWidth),
      ...attentionWeights('attn_a_to_b', modelWidth),
      ...attentionWeights('attn_b_to_a', modelWidth),
      ...feedForwardWeights('ffn_a', modelWidth, modelWidth * feedForwardRatio, modelWidth),
      ...feedForwardWeights('ffn_b', modelWidth, modelWidth * feedForwardRatio, modelWidth),
      ...feedForwardWeights('classifier', 2 * modelWidth, modelWidth, classes),
    ]
  },
  parametersFromWeights: (tensors) => {
    const modelWidth = tensors.get('proj_a.weight')?.shape[0]
    const hidden = tensors.get('ffn_a.1.weight')?.shape[0]
    return {
      ...(modelWidth === undefined ? {} : { modelWidth }),
      ...(modelWidth === undefined || hidden === undefined
        ? {}
        : { feedForwardRatio: Math.floor(hidden / modelWidth) }),
    }
  },
  problem,
  forward: (context, config) => {
    const { operators } = context
    const { dropout } = config.parameters
    const a = token(context, 'a', config.modalities[0]!.name)
    const b = token(context, 'b', config.modalities[1]!.name)
    const attendedA = operators.add(a, attend(context, 'attn_a_to_b', b, config))
    const attendedB = operators.add(b, attend(context, 'attn_b_to_a', a, config))
    const fusedA = operators.add(attendedA, feedForward(context, 'ffn_a', attendedA, dropout))
    const fusedB = operators.add(attendedB, feedForward(context, 'ffn_b', attendedB, dropout))
    const logits = feedForward(context, 'classifier', operators.concatenate([fusedA, fusedB]), dropout)
    return { logits, gate: null, neighbours: null, auxiliaryLoss: null }
  },
}
