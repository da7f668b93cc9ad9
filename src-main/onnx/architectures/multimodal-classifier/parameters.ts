import { integerParameter, rateParameter } from '../parameter.ts'

/** Options of the MLP head and RAFNet's defaults. */
export const multimodalParameters = {
  hiddenDim: integerParameter('hidden_dim', 256, 1),
  dropout: rateParameter('dropout', 0.5),
} as const
