import type { Store } from '../store.ts'

/** A scene's room and time, and what they were before the project's pattern gave them. */
export interface ScenePlace {
  readonly sceneId: number
  readonly relativePath: string
  /** Of the file itself, EXIF. */
  readonly cameraTime: string | null
  /** As nobody's pattern touched them. */
  readonly room: string | null
  readonly takenAt: string | null
  readonly shownRoom: string | null
  readonly shownTime: string | null
}

const select = `SELECT scene.id AS sceneId, relative_path AS relativePath, camera_time AS cameraTime,
  CASE WHEN placed_scene.scene_id IS NULL THEN scene.room ELSE placed_scene.room END AS room,
  CASE WHEN placed_scene.scene_id IS NULL THEN scene.taken_at ELSE placed_scene.taken_at END AS takenAt,
  scene.room AS shownRoom, scene.taken_at AS shownTime
  FROM scene LEFT JOIN placed_scene ON placed_scene.scene_id = scene.id`

/** All scenes in the order of the scene list. */
export const listScenePlaces = (store: Store): ScenePlace[] =>
  store.prepare<ScenePlace>(`${select} ORDER BY sort_key, scene.id`).all()

export const getScenePlace = (store: Store, sceneId: number): ScenePlace | undefined =>
  store.prepare<ScenePlace>(`${select} WHERE scene.id = ?`).get(sceneId)

/** Gives a scene the room and time of a pattern and keeps what it had; null takes them back. Within a transaction of the caller's. */
export function setScenePlace(
  store: Store,
  scene: ScenePlace,
  given: { readonly room: string | null; readonly takenAt: string | null } | null,
): void {
  const { room, takenAt } = given ?? scene
  store.prepare('UPDATE scene SET room = ?, taken_at = ? WHERE id = ?').run(room, takenAt, scene.sceneId)
  if (given === null) store.prepare('DELETE FROM placed_scene WHERE scene_id = ?').run(scene.sceneId)
  else {
    store
      .prepare('INSERT OR REPLACE INTO placed_scene (scene_id, room, taken_at) VALUES (?, ?, ?)')
      .run(scene.sceneId, scene.room, scene.takenAt)
  }
}
