import { posix } from 'node:path'
import type { ReviewState, Scene } from '#shared/domain/scene.ts'
import { queryBuilder } from '../query-builder.ts'
import type { Store } from '../store.ts'
import { sortKey } from '../sort-key.ts'

export interface NewScene {
  /** Below the photo root, with `/` separators. */
  readonly relativePath: string
  /** 0 where nobody knows the size yet. */
  readonly widthPx: number
  readonly heightPx: number
  readonly room: string | null
  readonly takenAt: string | null
  /** EXIF's own time; left out where the scene has no photo yet. */
  readonly cameraTime?: string | null
  readonly split: string | null
  readonly hasPhoto: boolean
  readonly contentHash: string | null
  readonly photoModifiedMs: number | null
  readonly photoBytes: number | null
  /** The import that brought the scene, or null for one that a photo scan found. */
  readonly importId: number | null
}

/** What a rescan compares a photo on disk with. */
export interface ScenePhoto {
  readonly id: number
  readonly relativePath: string
  readonly fileName: string
  readonly contentHash: string | null
  readonly hasPhoto: boolean
  readonly photoModifiedMs: number | null
  readonly photoBytes: number | null
}

const insertSql = `INSERT INTO scene (relative_path, file_name, sort_key, content_hash, width_px, height_px, room, taken_at, split,
  has_photo, photo_modified_ms, photo_bytes, import_id, camera_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Returns the new scene's id. The relative path must be new to the project. */
export function insertScene(store: Store, scene: NewScene): number {
  const { relativePath } = scene
  return store
    .prepare(insertSql)
    .run(
      relativePath,
      posix.basename(relativePath),
      sortKey(relativePath),
      scene.contentHash,
      scene.widthPx,
      scene.heightPx,
      scene.room,
      scene.takenAt,
      scene.split,
      scene.hasPhoto ? 1 : 0,
      scene.photoModifiedMs,
      scene.photoBytes,
      scene.importId,
      scene.cameraTime ?? null,
    ).id
}

export type SceneChange = Partial<Omit<NewScene, 'importId'>>

/** Sets the given columns; the others stay. */
export function updateScene(store: Store, sceneId: number, change: SceneChange): void {
  const { relativePath, hasPhoto } = change
  const row = {
    width_px: change.widthPx,
    height_px: change.heightPx,
    room: change.room,
    taken_at: change.takenAt,
    camera_time: change.cameraTime,
    split: change.split,
    content_hash: change.contentHash,
    photo_modified_ms: change.photoModifiedMs,
    photo_bytes: change.photoBytes,
    ...(hasPhoto !== undefined && { has_photo: hasPhoto ? 1 : 0 }),
    ...(relativePath !== undefined && {
      relative_path: relativePath,
      file_name: posix.basename(relativePath),
      sort_key: sortKey(relativePath),
    }),
  }
  const set = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
  if (Object.keys(set).length > 0) store.run(queryBuilder.updateTable('scene').set(set).where('id', '=', sceneId))
}

export function setReview(store: Store, sceneId: number, review: ReviewState): void {
  store.prepare('UPDATE scene SET review = ? WHERE id = ?').run(review, sceneId)
}

const sceneColumns = `id, file_name AS name, relative_path AS relativePath, width_px AS widthPx, height_px AS heightPx,
  has_photo AS hasPhoto, room, taken_at AS takenAt, split, review`

type SceneRow = Omit<Scene, 'hasPhoto'> & { readonly hasPhoto: number }
const toScene = (row: SceneRow): Scene => ({ ...row, hasPhoto: row.hasPhoto === 1 })

export function getScene(store: Store, sceneId: number): Scene | undefined {
  const row = store.prepare<SceneRow>(`SELECT ${sceneColumns} FROM scene WHERE id = ?`).get(sceneId)
  return row && toScene(row)
}

/** The scenes of these ids, in the order of `sceneIds`; unknown ids are left out. */
export function getScenes(store: Store, sceneIds: readonly number[]): Scene[] {
  const select = store.prepare<SceneRow>(`SELECT ${sceneColumns} FROM scene WHERE id = ?`)
  return sceneIds.flatMap((id) => {
    const row = select.get(id)
    return row ? [toScene(row)] : []
  })
}

export function findSceneByPath(store: Store, relativePath: string): Scene | undefined {
  const row = store.prepare<SceneRow>(`SELECT ${sceneColumns} FROM scene WHERE relative_path = ?`).get(relativePath)
  return row && toScene(row)
}

/** Ids of all scenes in the order of the scene list (natural order of their paths). */
export function allSceneIds(store: Store): number[] {
  return store
    .prepare<{ id: number }>('SELECT id FROM scene ORDER BY sort_key, id')
    .all()
    .map((row) => row.id)
}

/** Ids of the scenes where nobody is to be seen, in no order. */
export function scenesWithoutStudents(store: Store): number[] {
  return store
    .prepare<{ id: number }>(
      'SELECT id FROM scene WHERE NOT EXISTS (SELECT 1 FROM student WHERE scene_id = scene.id AND deleted_at IS NULL)',
    )
    .all()
    .map((row) => row.id)
}

export function listScenePhotos(store: Store): ScenePhoto[] {
  const rows = store
    .prepare<Omit<ScenePhoto, 'hasPhoto'> & { hasPhoto: number }>(
      `SELECT id, relative_path AS relativePath, file_name AS fileName, content_hash AS contentHash, has_photo AS hasPhoto,
       photo_modified_ms AS photoModifiedMs, photo_bytes AS photoBytes FROM scene ORDER BY id`,
    )
    .all()
  return rows.map((row) => ({ ...row, hasPhoto: row.hasPhoto === 1 }))
}

export function listSplits(store: Store): string[] {
  return store
    .prepare<{ split: string }>('SELECT DISTINCT split FROM scene WHERE split IS NOT NULL ORDER BY split')
    .all()
    .map((row) => row.split)
}

/** Ids of the scenes of a split, in no order. */
export function scenesOfSplit(store: Store, split: string): number[] {
  return store
    .prepare<{ id: number }>('SELECT id FROM scene WHERE split = ?')
    .all(split)
    .map((row) => row.id)
}

/** What each scene is called where it stands among others: its file name, or its path where two photos share the name. */
export function sceneLabels(store: Store): Map<number, string> {
  const rows = store
    .prepare<{ id: number; name: string; path: string }>(
      'SELECT id, file_name AS name, relative_path AS path FROM scene ORDER BY id',
    )
    .all()
  const uses = new Map<string, number>()
  for (const { name } of rows) uses.set(name, (uses.get(name) ?? 0) + 1)
  return new Map(rows.map(({ id, name, path }) => [id, uses.get(name) === 1 ? name : path]))
}
