import { AppError } from '#shared/contract/app-error.ts'
import type { SceneDetail, SceneStudent } from '#shared/contract/scenes.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { Scene } from '#shared/domain/scene.ts'
import { seatOrder } from '#shared/domain/seat-order.ts'
import { boxIssue, type Box } from '#shared/geometry/box.ts'
import type { Store } from '#main/store/store.ts'
import { lastRunsBeforeMoves } from '#main/store/tables/box-mark.ts'
import { detectionsOfScene } from '#main/store/tables/detection.ts'
import { featuresOfScene, listFeatureSets } from '#main/store/tables/feature.ts'
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
  const scores = new Map(detectionsOfScene(store, sceneId).map(({ studentId, score }) => [studentId, score]))
  const modalities = modalitiesOfStudents(store, sceneId)
  const everybody = studentsOfScene(store, sceneId)
  const moved = lastRunsBeforeMoves(store, everybody)
  const students = everybody
    .filter((student) => !student.deleted)
    .map((student) => {
      const said = predictions.flatMap((run) => run.get(student.id) ?? []).map(toPrediction)
      return sceneStudent(scene, student, {
        label: labels.get(student.id) ?? null,
        importedClassIndex: imported.get(student.id) ?? null,
        predictions: said,
        ...movesSince(student.id, said, moved),
        detectionScore: scores.get(student.id) ?? null,
        modalities: modalities.get(student.id) ?? [],
      })
    })
  const order = seatOrder(students.map((student) => finiteBox(student.box)))
  return { scene, students: order.flatMap((index) => students[index] ?? []) }
}

const noBox: Box = { x1: 0, y1: 0, x2: 0, y2: 0 }

/** Student → modalities that there are vectors of, each once. */
function modalitiesOfStudents(store: Store, sceneId: number): ReadonlyMap<number, readonly string[]> {
  const nameOf = new Map(listFeatureSets(store).map(({ id, modality }) => [id, modality]))
  const found = new Map<number, string[]>()
  for (const { studentId, setId } of featuresOfScene(store, sceneId)) {
    const name = nameOf.get(setId)
    const names = found.get(studentId) ?? []
    if (name !== undefined && !names.includes(name)) found.set(studentId, [...names, name])
  }
  return found
}

type Moves = Pick<SceneStudent, 'movedSince' | 'neighboursMovedSince'>
type Said = Moves & Pick<SceneStudent, 'label' | 'importedClassIndex' | 'predictions' | 'detectionScore' | 'modalities'>

/** Which of a student's predictions are older than its own box, and which than somebody else's in the photo. */
function movesSince(studentId: number, said: readonly Prediction[], moved: ReadonlyMap<number, number>): Moves {
  const own = moved.get(studentId) ?? 0
  const others = [...moved].filter(([id]) => id !== studentId).reduce((last, [, runId]) => Math.max(last, runId), 0)
  const upTo = (last: number): number[] => said.map(({ runId }) => runId).filter((runId) => runId <= last)
  return { movedSince: upTo(own), neighboursMovedSince: upTo(others) }
}

function sceneStudent(scene: Scene, student: StudentRow, said: Said): SceneStudent {
  const { id, sceneId, bboxId, source } = student
  const box = student.box ?? noBox
  const issue = boxIssue(box, scene.widthPx || Infinity, scene.heightPx || Infinity)
  return { id, sceneId, bboxId, source, box, boxIssue: issue, ...said }
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
