import { flagParameter } from '../parameter.ts'
import { gateParameters } from '../parts/gate.ts'
import { graphParameters } from '../parts/neighbour-graph.ts'

/** Options of the context-graph head (C, C+Spatial) and RAFNet's defaults. */
export const contextGraphParameters = {
  ...gateParameters,
  ...graphParameters,
  includeSpatialInFusion: flagParameter('include_spatial_in_fusion', false),
  includeImageIdInFusion: flagParameter('include_image_id_in_fusion', false),
} as const
