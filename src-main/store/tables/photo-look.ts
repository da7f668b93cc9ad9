import type { Store } from '../store.ts'

/** A photo to look at: one scene of each content that nobody looked at yet. */
export interface UnseenPhoto {
  readonly sceneId: number
  readonly relativePath: string
  readonly contentHash: string
}

/** Photos on disk whose look is not known, one of each content, in the order of the scene list. */
export function unseenPhotos(store: Store): UnseenPhoto[] {
  return store
    .prepare<UnseenPhoto>(
      `SELECT MIN(scene.id) AS sceneId, relative_path AS relativePath, scene.content_hash AS contentHash
       FROM scene LEFT JOIN photo_look ON photo_look.content_hash = scene.content_hash
       WHERE has_photo = 1 AND scene.content_hash IS NOT NULL AND photo_look.content_hash IS NULL
       GROUP BY scene.content_hash ORDER BY MIN(sort_key)`,
    )
    .all()
}

/** `bits` null: the photo cannot be decoded, or shows too little to be told from others. */
export function putPhotoLook(store: Store, contentHash: string, bits: Uint8Array | null): void {
  store.prepare('INSERT OR REPLACE INTO photo_look (content_hash, bits) VALUES (?, ?)').run(contentHash, bits)
}

/** A scene on disk as duplicates are told by. */
export interface SceneLook {
  readonly sceneId: number
  readonly name: string
  readonly relativePath: string
  readonly contentHash: string
  readonly cameraTime: string | null
  readonly widthPx: number
  readonly heightPx: number
  readonly bits: Uint8Array | null
}

/** Every scene whose photo is there, in the order of the scene list. */
export function listSceneLooks(store: Store): SceneLook[] {
  return store
    .prepare<SceneLook>(
      `SELECT scene.id AS sceneId, file_name AS name, relative_path AS relativePath, scene.content_hash AS contentHash,
       camera_time AS cameraTime, width_px AS widthPx, height_px AS heightPx, bits
       FROM scene LEFT JOIN photo_look ON photo_look.content_hash = scene.content_hash
       WHERE has_photo = 1 AND scene.content_hash IS NOT NULL ORDER BY sort_key, scene.id`,
    )
    .all()
}

/** Paths of photos whose content an earlier scene has, too. */
export function copiedPhotos(store: Store): string[] {
  return store
    .prepare<{ path: string }>(
      `SELECT relative_path AS path FROM scene WHERE has_photo = 1 AND content_hash IS NOT NULL
       AND EXISTS (SELECT 1 FROM scene AS other WHERE other.content_hash = scene.content_hash AND other.has_photo = 1
         AND other.id < scene.id) ORDER BY sort_key`,
    )
    .all()
    .map(({ path }) => path)
}
