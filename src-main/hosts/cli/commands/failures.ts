import type { SceneFailure } from '#shared/contract/extraction.ts'

/** A photo that failed alone, as RAFNet's extractor logs it. */
export const failureJson = ({ scene, error }: SceneFailure) => ({ scene, code: error.code, error: error.message })

export const failureLines = (failed: readonly SceneFailure[]): string[] =>
  failed.map(({ scene, error }) => `failed: ${scene}: ${error.code}: ${error.message}`)

/** Each photo once for each reason, also where it failed several kinds of vectors. */
export const failuresOf = (summaries: readonly { readonly failed: readonly SceneFailure[] }[]): SceneFailure[] => [
  ...new Map(
    summaries
      .flatMap(({ failed }) => failed)
      .map((one) => [`${one.scene}\0${one.error.code}\0${one.error.message}`, one]),
  ).values(),
]
