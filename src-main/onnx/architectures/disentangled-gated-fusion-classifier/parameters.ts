import { inTraining, numberParameter } from '../parameter.ts'
import { disentangleParameters } from '../parts/disentangle.ts'
import { gateParameters } from '../parts/gate.ts'

/** Options of the disentangled head (B) and RAFNet's defaults. */
export const disentangledGatedParameters = {
  ...gateParameters,
  ...disentangleParameters,
  disentangleOrthoWeight: inTraining(numberParameter('disentangle_ortho_weight', 0.01)),
} as const
