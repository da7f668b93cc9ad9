import { basename } from 'node:path'
import type { Noise, Precision, WeightsInfo } from '#shared/contract/extraction.ts'
import type { FeatureProducer } from '#main/store/tables/feature.ts'
import type { WorkbenchContext } from '../workbench-context.ts'

/** What makes vectors, as it is kept with them. The provider is known once the network is open. */
export const extractorProducer = (
  { appVersion, clock }: Pick<WorkbenchContext, 'appVersion' | 'clock'>,
  { sha256, family, file, name }: WeightsInfo,
  {
    kind,
    precision,
    noise,
  }: { readonly kind: 'appearance' | 'relation'; readonly precision: Precision; readonly noise: Noise },
): FeatureProducer => ({
  kind,
  weightsSha256: sha256 ?? '',
  family,
  weightsFile: file === null ? name : basename(file),
  precision,
  noise: kind === 'relation' ? noise : null,
  provider: '',
  appVersion,
  createdAt: clock().toISOString(),
})
