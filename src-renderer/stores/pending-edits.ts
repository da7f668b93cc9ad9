import type { SceneDetail, SceneStudent } from '#shared/contract/scenes.ts'
import type { Edit } from '#shared/domain/edit.ts'
import { boxIssue } from '#shared/geometry/box.ts'

/** One undo step on its way to the workbench: shown at once, taken back if it fails. */
export interface PendingEdit {
  readonly token: number
  readonly sceneId: number
  readonly edits: readonly Edit[]
  /** Ids that the drawn students go by until the workbench names them: negative, in the order of the `draw` edits. */
  readonly drawnIds: readonly number[]
  readonly annotator: string
  /** ISO 8601 */
  readonly at: string
  /** When the workbench confirmed it, as a count of loads begun; null while it is being written. */
  readonly writtenAt: number | null
}

/** What the scene will be once the pending edits are written. */
export function withPending(detail: SceneDetail, pending: readonly PendingEdit[]): SceneDetail {
  const mine = pending.filter((one) => one.sceneId === detail.scene.id)
  if (mine.length === 0) return detail
  let { scene, students } = detail
  for (const one of mine) {
    let drawn = 0
    for (const edit of one.edits) {
      if (edit.kind === 'review') scene = { ...scene, review: edit.review }
      else if (edit.kind === 'draw') students = withDrawn(students, one, edit, one.drawnIds[drawn++] ?? 0, scene)
      else if (edit.kind === 'delete') students = students.filter((student) => student.id !== edit.studentId)
      else {
        students = students.map((student) =>
          student.id === edit.studentId ? changed(student, edit, one, scene) : student,
        )
      }
    }
  }
  return { scene, students }
}

type EditOf<Kind extends Edit['kind']> = Extract<Edit, { kind: Kind }>
type Frame = SceneDetail['scene']

function changed(
  student: SceneStudent,
  edit: EditOf<'label'> | EditOf<'box'>,
  { annotator, at }: PendingEdit,
  scene: Frame,
): SceneStudent {
  if (edit.kind === 'box') {
    const movedSince = student.predictions.map(({ runId }) => runId)
    return { ...student, box: edit.box, boxIssue: issueIn(scene, edit.box), movedSince }
  }
  return { ...student, label: { classIndex: edit.classIndex, annotator, source: edit.source, at } }
}

function withDrawn(
  students: readonly SceneStudent[],
  { annotator, at }: PendingEdit,
  { box, classIndex, sceneId }: EditOf<'draw'>,
  id: number,
  scene: Frame,
): readonly SceneStudent[] {
  // The workbench may already have sent the scene with the new student in it.
  if (students.some((student) => student.id === id)) return students
  const drawn: SceneStudent = {
    id,
    sceneId,
    bboxId: '…',
    box,
    source: 'drawn',
    label: classIndex === null ? null : { classIndex, annotator, source: 'person', at },
    importedClassIndex: null,
    boxIssue: issueIn(scene, box),
    detectionScore: null,
    modalities: [],
    predictions: [],
    movedSince: [],
    neighboursMovedSince: [],
  }
  return [...students, drawn]
}

const issueIn = (scene: Frame, box: EditOf<'box'>['box']) =>
  boxIssue(box, scene.widthPx || Infinity, scene.heightPx || Infinity)

/** The same edits with drawn students' temporary ids replaced by their real ones. */
export const withRealIds = (edits: readonly Edit[], realId: (id: number) => number): readonly Edit[] =>
  edits.map((edit) => ('studentId' in edit ? { ...edit, studentId: realId(edit.studentId) } : edit))
