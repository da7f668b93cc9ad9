import type { EmbedSummary, SceneFailure } from '#shared/contract/extraction.ts'

/** A photo that failed, with the vectors that it is missing for this one reason. */
export interface FailureOnce extends SceneFailure {
  readonly modalities: readonly string[]
}

/** Networks that walk over the photos together fail at the same ones: each photo and reason once, with the vectors named. */
export function failuresOnce(embeds: readonly Pick<EmbedSummary, 'modality' | 'failed'>[]): readonly FailureOnce[] {
  const known = new Map<string, FailureOnce>()
  for (const { modality, failed } of embeds) {
    for (const failure of failed) {
      const key = JSON.stringify([failure.scene, failure.error.code, failure.error.message])
      const modalities = known.get(key)?.modalities ?? []
      known.set(key, { ...failure, modalities: [...modalities, modality] })
    }
  }
  return [...known.values()]
}
