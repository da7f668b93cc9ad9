import type { Scene } from '#shared/domain/scene.ts'
import type { Store } from '#main/store/store.ts'
import { allSceneIds, getScenes } from '#main/store/tables/scene.ts'

/** Every scene whose photo has this file name: more than one where two folders hold a `1.jpg`. */
export const scenesNamed = (store: Store, fileName: string): Scene[] =>
  getScenes(store, allSceneIds(store)).filter((scene) => scene.name === fileName)
