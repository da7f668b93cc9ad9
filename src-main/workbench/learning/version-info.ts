import type { LearntModel } from '#shared/contract/learning.ts'
import { percentOf } from '#shared/metrics/scores.ts'
import type { LearntRow } from '#main/store/tables/learnt.ts'

/** A version as the contract tells it. */
export function toLearntModel({ id, modelId, runId, figures, createdAt }: LearntRow): LearntModel {
  const { modality, students, imported, scenes, classCounts, heldOut, correct, judged, interval } = figures
  return {
    id,
    modelId,
    runId,
    modality,
    students,
    imported,
    scenes,
    classCounts,
    accuracy: { count: correct, total: judged, percent: percentOf(correct, judged), interval },
    macroF1NoNull: figures.macroF1NoNull,
    heldOut,
    majorityAccuracy: percentOf(figures.majorityCorrect, judged),
    sceneOnlyAccuracy: percentOf(figures.sceneOnlyCorrect, judged),
    createdAt,
  }
}

/** The version whose predictions are shown: the one that somebody went back to while it is there, else the newest. */
export function activeVersion(versions: readonly LearntRow[], pinnedId: number | null): LearntRow | null {
  return versions.find(({ id }) => id === pinnedId) ?? versions[0] ?? null
}
