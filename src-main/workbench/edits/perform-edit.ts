import { AppError } from '#shared/contract/app-error.ts'
import type { Edit } from '#shared/domain/edit.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { clipBox, uprightBox, type Box } from '#shared/geometry/box.ts'
import type { Store } from '#main/store/store.ts'
import { markBox } from '#main/store/tables/box-mark.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { dropStaleVectors } from '#main/store/tables/feature.ts'
import { appendLabel, latestOpinion } from '#main/store/tables/label.ts'
import { getScene, setReview } from '#main/store/tables/scene.ts'
import {
  getStudent,
  insertStudent,
  setStudentBox,
  setStudentDeleted,
  studentsOfScene,
  type StudentRow,
} from '#main/store/tables/student.ts'
import type { Operation, StoredOpinion } from './operation.ts'

export interface EditContext {
  readonly store: Store
  readonly annotatorId: number
  /** ISO 8601, UTC. */
  readonly at: string
  readonly classIndices: ReadonlySet<number>
}

export const editContext = (store: Store, annotatorId: number, at: string): EditContext => ({
  store,
  annotatorId,
  at,
  classIndices: new Set(listClasses(store).map((one) => one.index)),
})

/**
 * Does one edit and answers with what undo needs. Throws AppError `edits.student-unknown`, `edits.scene-unknown`,
 * `edits.class-unknown`, `edits.box-invalid` or `edits.box-outside` before anything is written.
 */
export function performEdit(context: EditContext, edit: Edit): Operation {
  switch (edit.kind) {
    case 'label':
      return performLabel(context, edit)
    case 'box':
      return performBox(context, edit)
    case 'draw':
      return performDraw(context, edit)
    case 'delete':
      return performDelete(context, edit)
    case 'review':
      return performReview(context, edit)
  }
}

type EditOf<Kind extends Edit['kind']> = Extract<Edit, { kind: Kind }>

function performLabel(context: EditContext, edit: EditOf<'label'>): Operation {
  const { store, annotatorId } = context
  const student = presentStudent(store, edit.studentId)
  assertClass(context, edit.classIndex)
  const known = latestOpinion(store, student.id, annotatorId)
  const rank = addLabel(context, student.id, edit.classIndex, edit.source)
  return {
    kind: 'label',
    sceneId: student.sceneId,
    studentId: student.id,
    annotatorId,
    before: known ? (known as StoredOpinion) : null,
    after: { classIndex: edit.classIndex, source: edit.source, rank },
  }
}

function performBox({ store }: EditContext, edit: EditOf<'box'>): Operation {
  const student = presentStudent(store, edit.studentId)
  const box = acceptableBox(edit.box, knownScene(store, student.sceneId))
  markBox(store, student.id)
  setStudentBox(store, student.id, box, true)
  dropStaleVectors(store, student.sceneId, student.id)
  return {
    kind: 'box',
    sceneId: student.sceneId,
    studentId: student.id,
    before: { box: student.box, edited: student.boxEdited },
    after: { box, edited: true },
  }
}

function performDraw(context: EditContext, edit: EditOf<'draw'>): Operation {
  const { store } = context
  const scene = knownScene(store, edit.sceneId)
  const box = acceptableBox(edit.box, scene)
  if (edit.classIndex !== null) assertClass(context, edit.classIndex)
  const studentId = insertStudent(store, {
    sceneId: scene.id,
    bboxId: freeBboxId(studentsOfScene(store, scene.id)),
    box,
    normalised: null,
    source: 'drawn',
    importId: null,
    position: null,
    sourcePath: null,
  })
  markBox(store, studentId, null)
  if (edit.classIndex !== null) addLabel(context, studentId, edit.classIndex, 'person')
  dropStaleVectors(store, scene.id, null)
  return { kind: 'draw', sceneId: scene.id, studentId }
}

function performDelete({ store, at }: EditContext, edit: EditOf<'delete'>): Operation {
  const student = presentStudent(store, edit.studentId)
  markBox(store, student.id)
  setStudentDeleted(store, student.id, at)
  dropStaleVectors(store, student.sceneId, null)
  return { kind: 'delete', sceneId: student.sceneId, studentId: student.id }
}

function performReview({ store }: EditContext, edit: EditOf<'review'>): Operation {
  const scene = knownScene(store, edit.sceneId)
  setReview(store, scene.id, edit.review)
  return { kind: 'review', sceneId: scene.id, before: scene.review, after: edit.review }
}

function addLabel(
  { store, annotatorId, at }: EditContext,
  studentId: number,
  classIndex: number,
  source: EditOf<'label'>['source'],
): number {
  return appendLabel(store, { studentId, classIndex, annotatorId, source, at, rank: null, importId: null })
}

function presentStudent(store: Store, studentId: number): StudentRow {
  const student = getStudent(store, studentId)
  if (student && !student.deleted) return student
  const sentence = student
    ? `Student ${student.bboxId} (id ${studentId}) was deleted. Undo the deletion to edit it.`
    : `There is no student ${studentId} in this project. Reload the scene.`
  throw new AppError('edits.student-unknown', sentence, { studentId, deleted: student !== undefined })
}

function knownScene(store: Store, sceneId: number): Scene {
  const scene = getScene(store, sceneId)
  if (scene) return scene
  throw new AppError('edits.scene-unknown', `There is no scene ${sceneId} in this project. Reload the scene list.`, {
    sceneId,
  })
}

function assertClass({ classIndices }: EditContext, classIndex: number): void {
  if (classIndices.has(classIndex)) return
  throw new AppError(
    'edits.class-unknown',
    `This project has no class ${classIndex}. Its classes are ${[...classIndices].join(', ')}.`,
    { classIndex },
  )
}

/** A box from a hand is kept upright; it must have an area and show some of the photo where its size is known. */
function acceptableBox(box: Box, scene: Scene): Box {
  const upright = uprightBox(box)
  const hasArea = upright.x2 > upright.x1 && upright.y2 > upright.y1
  if (!hasArea || !Object.values(upright).every(Number.isFinite)) {
    throw new AppError('edits.box-invalid', `A box in ${scene.relativePath} has no area. Draw it again, larger.`, {
      scene: scene.relativePath,
    })
  }
  if (scene.widthPx > 0 && scene.heightPx > 0 && clipBox(upright, scene) === null) {
    throw new AppError(
      'edits.box-outside',
      `A box in ${scene.relativePath} lies outside the photo. Draw it on the photo.`,
      {
        scene: scene.relativePath,
      },
    )
  }
  return upright
}

/**
 * The next id in the manner of the scene's: `1_60` after `1_59`. Its number is above every other, deleted students' too, since their
 * ids may stand in exported files.
 */
function freeBboxId(students: readonly StudentRow[]): string {
  const numbered = students.flatMap(({ bboxId }) => {
    const [, prefix = '', digits = ''] = /^(.*?)(\d{1,15})$/su.exec(bboxId) ?? []
    return digits === '' ? [] : [{ prefix, number: Number(digits) }]
  })
  const highest = numbered.reduce((best, one) => (one.number > best.number ? one : best), { prefix: '', number: 0 })
  return `${highest.prefix}${highest.number + 1}`
}
