import type { Box } from '#shared/geometry/box.ts'
import type { Store } from '../store.ts'

/** A box as a detector gave it. */
export interface Detection {
  readonly studentId: number
  readonly detectorSha256: string
  /** 0 to 1. */
  readonly score: number
  /** Px of the upright photo. */
  readonly box: Box
}

export function insertDetection(store: Store, { studentId, detectorSha256, score, box }: Detection): void {
  store
    .prepare('INSERT INTO detection (student_id, detector_sha256, score, x1, y1, x2, y2) VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(studentId, detectorSha256, score, box.x1, box.y1, box.x2, box.y2)
}

/** Scores of a scene's students that a detector found and nobody deleted. */
export function detectionsOfScene(store: Store, sceneId: number): Detection[] {
  return store
    .prepare<{ studentId: number; detectorSha256: string; score: number } & Box>(
      `SELECT student_id AS studentId, detector_sha256 AS detectorSha256, score, detection.x1, detection.y1, detection.x2, detection.y2
       FROM student JOIN detection ON student_id = student.id WHERE scene_id = ? AND deleted_at IS NULL ORDER BY student.id`,
    )
    .all(sceneId)
    .map(({ studentId, detectorSha256, score, x1, y1, x2, y2 }) => ({
      studentId,
      detectorSha256,
      score,
      box: { x1, y1, x2, y2 },
    }))
}

/** A detector looked a scene over. */
export interface DetectedScene {
  readonly sceneId: number
  readonly detectorSha256: string
  readonly setting: string
  readonly boxes: number
  /** ISO 8601. */
  readonly at: string
}

export function recordDetectedScene(
  store: Store,
  { sceneId, detectorSha256, setting, boxes, at }: DetectedScene,
): void {
  store
    .prepare(
      'INSERT OR REPLACE INTO detected_scene (scene_id, detector_sha256, setting, boxes, at) VALUES (?, ?, ?, ?, ?)',
    )
    .run(sceneId, detectorSha256, setting, boxes, at)
}

export function forgetDetectedScene(store: Store, sceneId: number): void {
  store.prepare('DELETE FROM detected_scene WHERE scene_id = ?').run(sceneId)
}

export function detectedScene(store: Store, sceneId: number): DetectedScene | undefined {
  return store
    .prepare<DetectedScene>(
      'SELECT scene_id AS sceneId, detector_sha256 AS detectorSha256, setting, boxes, at FROM detected_scene WHERE scene_id = ?',
    )
    .get(sceneId)
}

/** Detectors that looked scenes over, with how many scenes they saw and boxes they found. */
export function listDetectors(
  store: Store,
): { readonly detectorSha256: string; readonly setting: string; readonly scenes: number; readonly boxes: number }[] {
  return store
    .prepare<{ detectorSha256: string; setting: string; scenes: number; boxes: number }>(
      `SELECT detector_sha256 AS detectorSha256, setting, count(*) AS scenes, total(boxes) AS boxes FROM detected_scene
       GROUP BY detector_sha256, setting ORDER BY detector_sha256, setting`,
    )
    .all()
}
