import type { Box } from '#shared/geometry/box.ts'
import { annotatorId } from '#main/store/tables/annotator.ts'
import { forgetDetectedScene, insertDetection, recordDetectedScene } from '#main/store/tables/detection.ts'
import { pushEdit } from '#main/store/tables/edit.ts'
import { dropStaleVectors } from '#main/store/tables/feature.ts'
import { insertStudent, setStudentDeleted, studentsOfScene, type StudentRow } from '#main/store/tables/student.ts'
import type { Store } from '#main/store/store.ts'
import { describeStep } from '../edits/edit-step.ts'
import type { Operation } from '../edits/operation.ts'

export interface PlacedBoxes {
  readonly sceneId: number
  readonly detectorSha256: string
  readonly setting: string
  /** In seat order, px of the upright photo, with scores of 0 to 1. */
  readonly boxes: readonly (Box & { readonly score: number })[]
  /** Detected students that give way. */
  readonly replaced: readonly StudentRow[]
  /** ISO 8601. */
  readonly at: string
  /** Who may undo it as one step; null keeps it out of the undo log. */
  readonly annotator: string | null
}

/** Puts a detector's boxes into a scene. Call it inside a transaction. Returns the new students' ids, in the order of the boxes. */
export function placeBoxes(store: Store, placed: PlacedBoxes): number[] {
  const { sceneId, detectorSha256, setting, boxes, replaced, at, annotator } = placed
  const nextId = bboxIds(studentsOfScene(store, sceneId))
  for (const { id } of replaced) setStudentDeleted(store, id, at)
  const studentIds = boxes.map(({ score, ...box }) => {
    const studentId = insertStudent(store, {
      sceneId,
      bboxId: nextId(),
      box,
      normalised: null,
      source: 'detected',
      importId: null,
      position: null,
      sourcePath: null,
    })
    insertDetection(store, { studentId, detectorSha256, score, box })
    return studentId
  })
  recordDetectedScene(store, { sceneId, detectorSha256, setting, boxes: boxes.length, at })
  dropStaleVectors(store, sceneId, null)
  if (annotator !== null) log(store, placed, studentIds, annotator)
  return studentIds
}

/** Takes detected students back, as if the scene had never been looked over. Call it inside a transaction. */
export function discardBoxes(store: Store, sceneId: number, students: readonly StudentRow[], at: string): void {
  for (const { id } of students) setStudentDeleted(store, id, at)
  forgetDetectedScene(store, sceneId)
  dropStaleVectors(store, sceneId, null)
}

/** RAFNet's own ids are `1_0`, `1_1`, …: the next one that no student of the scene ever had. */
function bboxIds(students: readonly StudentRow[]): () => string {
  const numbers = students.map(({ bboxId }) => Number(/(\d{1,9})$/.exec(bboxId)?.[1] ?? -1))
  let last = numbers.reduce((most, number) => Math.max(most, number), -1)
  return () => `1_${++last}`
}

function log(store: Store, { sceneId, replaced, at }: PlacedBoxes, studentIds: readonly number[], annotator: string) {
  const operations: Operation[] = [
    ...replaced.map(({ id }) => ({ kind: 'delete' as const, sceneId, studentId: id })),
    ...studentIds.map((studentId) => ({ kind: 'draw' as const, sceneId, studentId })),
  ]
  if (operations.length === 0) return
  pushEdit(store, {
    at,
    annotatorId: annotatorId(store, annotator),
    step: JSON.stringify(describeStep(operations)),
    payload: JSON.stringify(operations),
  })
}
