import type { FigureIntervals } from '#shared/contract/evaluation.ts'
import { clusteredBootstrapSteps } from '#shared/metrics/clustered-bootstrap.ts'
import type { Store } from '#main/store/store.ts'
import { runInSteps } from './run-in-steps.ts'
import { scoredRun } from './scored-run.ts'

/** Any seed will do, as long as the same labels always give the same figures. */
export const resamplingSeed = 20_260_101

/**
 * Clustered bootstrap intervals of a run's headline figures, on all scenes or on those named. Throws AppError `runs.unknown`
 * and, when aborted, `job.cancelled`.
 */
export async function figureIntervals(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
  signal: AbortSignal,
): Promise<FigureIntervals> {
  const { input } = await scoredRun(store, runId, sceneIds)
  const figures = await runInSteps(clusteredBootstrapSteps(input, { seed: resamplingSeed }), signal)
  return { runId, ...figures }
}
