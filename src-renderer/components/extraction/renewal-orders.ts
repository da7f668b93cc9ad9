import type { WeightsInfo } from '#shared/contract/extraction.ts'
import type { ModalitySummary } from '#shared/contract/project.ts'
import type { EmbedOrder } from '../../stores/extraction.ts'

/**
 * How vectors that a box lost are made as the others of their name were: by the same weights, precision and noise. Those whose weights are
 * not here, or that a file brought, are left out.
 */
export const renewalOrders = (
  stale: readonly string[],
  known: readonly ModalitySummary[],
  extractors: readonly WeightsInfo[],
  sceneId: number,
): readonly EmbedOrder[] =>
  stale.flatMap((modality) => {
    const maker = known.find((one) => one.name === modality)?.madeWith
    const weights = extractors.find((one) => one.sha256 === maker?.weightsSha256 && one.problem === null)
    if (!maker || !weights) return []
    const { precision, noise } = maker
    return [
      {
        weightsId: weights.id,
        modality,
        precision,
        noise: noise ?? { kind: 'none' as const },
        replace: false,
        sceneIds: [sceneId],
      },
    ]
  })
