import type { Store } from '#main/store/store.ts'
import { detectedScene, detectionsOfScene } from '#main/store/tables/detection.ts'
import { labelHistory } from '#main/store/tables/label.ts'
import { studentsOfScene, type StudentRow } from '#main/store/tables/student.ts'

/** How a scene stands before a detection. */
export interface SceneState {
  /** Present students that came from a file, were drawn, moved or labelled: they stay whatever a detector says. */
  readonly kept: readonly StudentRow[]
  /** Detected students that nobody touched. */
  readonly untouched: readonly StudentRow[]
  /** Whether this very detector looked the scene over with this setting. */
  readonly isDone: boolean
}

export function sceneState(store: Store, sceneId: number, detectorSha256: string, setting: string): SceneState {
  const detected = new Set(detectionsOfScene(store, sceneId).map(({ studentId }) => studentId))
  const present = studentsOfScene(store, sceneId).filter(({ deleted }) => !deleted)
  const isUntouched = (student: StudentRow): boolean =>
    student.source === 'detected' &&
    detected.has(student.id) &&
    !student.boxEdited &&
    student.labelId === null &&
    labelHistory(store, student.id).length === 0
  const done = detectedScene(store, sceneId)
  return {
    kept: present.filter((student) => !isUntouched(student)),
    untouched: present.filter(isUntouched),
    isDone: done?.detectorSha256 === detectorSha256 && done.setting === setting,
  }
}
