import { inTraining, numberParameter } from '../parameter.ts'
import { disentangleParameters } from '../parts/disentangle.ts'
import { gateParameters } from '../parts/gate.ts'
import { graphParameters } from '../parts/neighbour-graph.ts'

/** Options of the disentangled graph head (B+C) and RAFNet's defaults. */
export const disentangledGraphParameters = {
  ...gateParameters,
  ...disentangleParameters,
  ...graphParameters,
  disentangleOrthoWeight: inTraining(numberParameter('disentangle_ortho_weight', 0.02)),
} as const
