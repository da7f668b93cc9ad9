import type { Store } from '../store.ts'

/** A photo that is in the folder and not in the project, because somebody said so. */
export interface LeftOutPhoto {
  readonly relativePath: string
  readonly contentHash: string
}

export function listLeftOutPhotos(store: Store): LeftOutPhoto[] {
  return store
    .prepare<LeftOutPhoto>(
      'SELECT relative_path AS relativePath, content_hash AS contentHash FROM left_out_photo ORDER BY relative_path',
    )
    .all()
}

export function putLeftOutPhoto(store: Store, photo: LeftOutPhoto, at: string): void {
  store
    .prepare('INSERT OR REPLACE INTO left_out_photo (relative_path, content_hash, at) VALUES (?, ?, ?)')
    .run(photo.relativePath, photo.contentHash, at)
}

export function forgetLeftOutPhoto(store: Store, relativePath: string): void {
  store.prepare('DELETE FROM left_out_photo WHERE relative_path = ?').run(relativePath)
}

/** Whether nothing keeps a scene in the project: labels, boxes by hand, an import, an edit that undo may want to take back. */
export function isScenePristine(store: Store, sceneId: number): boolean {
  const row = store
    .prepare<{ worked: number }>(
      `SELECT EXISTS (SELECT 1 FROM scene WHERE id = ? AND (import_id IS NOT NULL OR review <> 'open'))
        OR EXISTS (SELECT 1 FROM student WHERE scene_id = ?
          AND (source <> 'detected' OR box_edited = 1 OR label_id IS NOT NULL OR deleted_at IS NOT NULL))
        OR EXISTS (SELECT 1 FROM label JOIN student ON student.id = student_id WHERE scene_id = ?)
        OR EXISTS (SELECT 1 FROM edit, json_each(edit.step, '$.sceneIds') AS place WHERE place.value = ?) AS worked`,
    )
    .get(sceneId, sceneId, sceneId, sceneId)
  return row?.worked === 0
}

/** Removes a pristine scene with the boxes, vectors and predictions that machines made for it. Within a transaction of the caller's. */
export function removePristineScene(store: Store, sceneId: number): void {
  const ofStudents = 'student_id IN (SELECT id FROM student WHERE scene_id = ?)'
  for (const table of ['prediction', 'feature', 'detection']) {
    store.prepare(`DELETE FROM ${table} WHERE ${ofStudents}`).run(sceneId)
  }
  for (const table of ['student', 'detected_scene', 'placed_scene']) {
    store.prepare(`DELETE FROM ${table} WHERE scene_id = ?`).run(sceneId)
  }
  store.prepare('DELETE FROM scene WHERE id = ?').run(sceneId)
}
