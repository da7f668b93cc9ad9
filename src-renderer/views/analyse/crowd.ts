/** Which students the wall shows: those of a cell, a row, a column or a scene. null leaves a condition out. */
export interface Crowd {
  readonly truth: number | null
  readonly predicted: number | null
  readonly sceneId: number | null
  readonly scene: string | null
  readonly onlyWrong: boolean
}

export const everyone: Crowd = { truth: null, predicted: null, sceneId: null, scene: null, onlyWrong: false }
