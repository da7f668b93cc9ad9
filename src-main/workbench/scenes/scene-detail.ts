import { AppError } from '#shared/contract/app-error.ts'
import type { LabelView, SceneDetail, SceneStudent } from '#shared/contract/scenes.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { seatOrder } from '#shared/domain/seat-order.ts'
import { boxIssue, type Box } from '#shared/geometry/box.ts'
import type { Store } from '#main/store/store.ts'
import { importedLabelsOfScene, labelsInForceOfScene } from '#main/store/tables/label.ts'
import { predictionsOfScene, type PredictionRow } from '#main/store/tables/prediction.ts'
import { getScene } from '#main/store/tables/scene.ts'
import { studentsOfScene, type StudentRow } from '#main/store/tables/student.ts'
import { softmax } from '../inference/softmax.ts'

/** A scene with its students in seat order, deleted ones left out. Throws AppError `scenes.unknown`. */
export function sceneDetail(store: Store, sceneId: number, runIds: readonly number[]): SceneDetail {
  const scene = getScene(store, sceneId)
  if (!scene) throw new AppError('scenes.unknown', `There is no scene ${sceneId} in this project.`, { sceneId })
  const labels = labelsInForceOfScene(store, sceneId)
  const imported = importedLabelsOfScene(store, sceneId)
  const predictions = runIds.map(
    (runId) => new Map(predictionsOfScene(store, runId, sceneId).map((row) => [row.studentId, row])),
  )
  const students = studentsOfScene(store, sceneId)
    .filter((student) => !student.deleted)
    .map((student) =>
      sceneStudent(
        scene,
        student,
        labels.get(student.id) ?? null,
        imported.get(student.id) ?? null,
        predictions.flatMap((run) => run.get(student.id) ?? []),
      ),
    )
  const order = seatOrder(students.map((student) => finiteBox(student.box)))
  return { scene, students: order.flatMap((index) => students[index] ?? []) }
}

const noBox: Box = { x1: 0, y1: 0, x2: 0, y2: 0 }

function sceneStudent(
  scene: Scene,
  student: StudentRow,
  label: LabelView | null,
  importedClassIndex: number | null,
  predictions: readonly PredictionRow[],
): SceneStudent {
  const { id, sceneId, bboxId, source } = student
  const box = student.box ?? noBox
  return {
    id,
    sceneId,
    bboxId,
    source,
    box,
    label,
    importedClassIndex,
    boxIssue: boxIssue(box, scene.widthPx || Infinity, scene.heightPx || Infinity),
    predictions: predictions.map(toPrediction),
  }
}

function toPrediction({ runId, classIndex, logits, gate }: PredictionRow): Prediction {
  return {
    runId,
    classIndex,
    logits: [...logits],
    probabilities: [...softmax(logits)],
    gate: gate && [...gate],
  }
}

/** Seats need a place: a box of infinite size, which a file may hold, sits at the origin. */
const finiteBox = (box: Box): Box => (Object.values(box).every(Number.isFinite) ? box : noBox)
