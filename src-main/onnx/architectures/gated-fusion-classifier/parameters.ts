import { flagParameter, inTraining, numberParameter } from '../parameter.ts'
import { gateParameters } from '../parts/gate.ts'

/** Options of the gated head and RAFNet's defaults. */
export const gatedParameters = {
  ...gateParameters,
  classAwareGate: flagParameter('class_aware_gate', false),
  classPriorDetach: inTraining(flagParameter('class_prior_detach', true)),
  uncertaintyAware: flagParameter('uncertainty_aware', false),
  uncertaintyFloor: numberParameter('uncertainty_floor', 1e-4),
} as const
