import { inTraining, integerParameter, rateParameter } from '../parameter.ts'

/** Options of the cross-attention head and RAFNet's defaults. */
export const crossAttentionParameters = {
  modelWidth: integerParameter('d_model', 256, 1),
  /** With one token on each side it only groups the dropout of training; logits do not depend on it. */
  headCount: inTraining(integerParameter('num_heads', 4, 1)),
  dropout: rateParameter('dropout', 0.1),
  feedForwardRatio: integerParameter('ffn_ratio', 2, 1),
} as const
