import { flagParameter, inTraining } from '../parameter.ts'
import { gateParameters } from '../parts/gate.ts'
import { graphParameters } from '../parts/neighbour-graph.ts'

/** Options of the class-conditioned spatial head (CCSG) and RAFNet's defaults. */
export const classConditionedParameters = {
  ...gateParameters,
  ...graphParameters,
  classPriorDetach: inTraining(flagParameter('class_prior_detach', true)),
  contextDetach: inTraining(flagParameter('context_detach', true)),
} as const
