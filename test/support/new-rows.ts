import type { NewScene } from '#main/store/tables/scene.ts'
import type { NewStudent } from '#main/store/tables/student.ts'

/** A scene of 1280 × 720 px without a photo. */
export function aScene(relativePath: string, change: Partial<NewScene> = {}): NewScene {
  return {
    relativePath,
    widthPx: 1280,
    heightPx: 720,
    room: null,
    takenAt: null,
    split: null,
    hasPhoto: false,
    contentHash: null,
    photoModifiedMs: null,
    photoBytes: null,
    importId: null,
    ...change,
  }
}

/** An imported student with a box of 30 × 60 px whose place follows from a numeric id. */
export function aStudent(sceneId: number, bboxId: string, change: Partial<NewStudent> = {}): NewStudent {
  const left = 40 * Number.parseInt(bboxId, 10) || 0
  return {
    sceneId,
    bboxId,
    box: { x1: left, y1: 100, x2: left + 30, y2: 160 },
    normalised: null,
    source: 'imported',
    importId: null,
    position: null,
    sourcePath: null,
    ...change,
  }
}
