import { toAppError } from '#shared/contract/app-error.ts'
import type { SceneFailure } from '#shared/contract/extraction.ts'
import type { Scene } from '#shared/domain/scene.ts'

/** A photo that failed alone, as summaries list it. */
export const sceneFailure = (scene: Scene, error: unknown): SceneFailure => ({
  scene: scene.relativePath,
  error: toAppError(error).toJSON(),
})
