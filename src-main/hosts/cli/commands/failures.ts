import type { SceneFailure } from '#shared/contract/extraction.ts'

/** A photo that failed alone, as RAFNet's extractor logs it. */
export const failureJson = ({ scene, error }: SceneFailure) => ({ scene, code: error.code, error: error.message })

export const failureLines = (failed: readonly SceneFailure[]): string[] =>
  failed.map(({ scene, error }) => `failed: ${scene}: ${error.code}: ${error.message}`)
