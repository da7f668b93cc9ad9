import type { Evaluation, Rate } from '#shared/contract/evaluation.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import { evaluate, type EvaluationFigures } from '#shared/metrics/evaluate.ts'
import type { Store } from '#main/store/store.ts'
import { countStudents } from '#main/store/tables/outcome.ts'
import { sceneLabels } from '#main/store/tables/scene.ts'
import { scoredRun } from './scored-run.ts'

/** Every figure of one run against the labels in force, on all scenes or on those named. Throws AppError `runs.unknown`. */
export async function evaluateRun(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
): Promise<Evaluation> {
  const { run, classes, input, predictedStudents } = await scoredRun(store, runId, sceneIds)
  const figures = evaluate(input)
  const { students, labelled } = countStudents(store, sceneIds)
  return {
    runId,
    model: run.name,
    provider: run.provider,
    ...toEvaluation(figures, classes, sceneLabels(store)),
    withoutLabel: students - labelled,
    withoutPrediction: students - predictedStudents,
  }
}

type Figures = Omit<Evaluation, 'runId' | 'model' | 'provider' | 'withoutLabel' | 'withoutPrediction'>

function toEvaluation(
  figures: EvaluationFigures,
  classes: readonly BehaviourClass[],
  labels: ReadonlyMap<number, string>,
): Figures {
  const { students, macroF1, macroF1NoNull, macroF1NonNullClasses, weightedF1 } = figures
  return {
    students,
    macroF1,
    macroF1NoNull,
    macroF1NonNullClasses,
    weightedF1,
    accuracy: rate(figures.correct, students, figures.accuracy, figures.accuracyInterval),
    accuracyNoNull: rate(
      figures.correctNoNull,
      figures.studentsNoNull,
      figures.accuracyNoNull,
      figures.accuracyNoNullInterval,
    ),
    classes: figures.perClass.flatMap(
      ({ index, precision, recall, f1, support, recallInterval, precisionInterval }) => {
        const behaviourClass = classes[index]
        return behaviourClass
          ? [{ class: behaviourClass, precision, recall, f1, support, recallInterval, precisionInterval }]
          : []
      },
    ),
    confusion: figures.confusion.map((row) => [...row]),
    scenes: figures.scenes.map(({ scene, students: inScene, correct, accuracy, interval }) => ({
      sceneId: scene,
      scene: labels.get(scene) ?? String(scene),
      students: inScene,
      correct,
      accuracy,
      interval,
    })),
  }
}

const rate = (count: number, total: number, percent: number, interval: Rate['interval']): Rate => ({
  count,
  total,
  percent,
  interval,
})
