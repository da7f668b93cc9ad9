import { AppError } from '#shared/contract/app-error.ts'
import type { Explanation, Verdict } from '#shared/contract/scenes.ts'
import type { Answer } from '#main/compute/protocol.ts'
import { hasLearntFrom } from '#main/store/tables/learnt.ts'
import type { ReadTemperature } from '../evaluation/run-temperature.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { sceneOfStudent, type SceneOfStudent } from './scene-of-student.ts'
import { argmax, softmax } from './softmax.ts'
import type { ReadTrainingMeans } from './training-means.ts'

export interface ExplainParts {
  readonly project: OpenProject
  readonly compute: ComputeClient
  readonly readMeans: ReadTrainingMeans
  readonly readTemperature: ReadTemperature
}

/**
 * Why a run's model says what it says of one student, computed anew with the features and boxes of now. Throws AppError
 * `runs.unknown`, `scenes.student-unknown`, `explain.student-left-out`, `explain.rafnet-batches`, and
 * what `gatherStudents` and compute throw.
 */
export async function explainStudent(
  { project, compute, readMeans, readTemperature }: ExplainParts,
  asked: { readonly studentId: number; readonly runId: number },
  signal: AbortSignal,
): Promise<Explanation> {
  const found = await sceneOfStudent(project, asked, signal)
  const { run, model, scene, position } = found
  if (position < 0) throw leftOut(found, asked.studentId)
  const { means, meanOf } = await readMeans(project, model, signal)
  const input = { model: model.source, device: 'cpu' as const, batching: run.batching, students: scene.input }
  const { answer, neighbours, modalities } = await compute.models.explain(
    { ...input, position, means: [...means] },
    { signal },
  )
  const fit = await readTemperature(project.store, run.id, signal)
  return {
    studentId: asked.studentId,
    runId: run.id,
    verdict: verdictOf(answer),
    learntFrom: hasLearntFrom(project.store, run.id, asked.studentId),
    scaled: fit && {
      temperature: fit.temperature,
      probabilities: [...softmax(answer.logits.map((logit) => logit / fit.temperature))],
      fittedOn: fit.fittedOn,
    },
    gate: model.description.gateModalities.map((modality, place) => ({ modality, weight: answer.gate?.[place] ?? 0 })),
    neighbours: neighbours.map(({ position: at, weight, without }) => ({
      studentId: scene.studentIds[at] ?? 0,
      weight,
      without: verdictOf(without),
    })),
    modalities: modalities.map(({ modality, zeros, mean }) => ({
      modality,
      zeros: verdictOf(zeros),
      mean: verdictOf(mean),
      meanOf,
    })),
  }
}

const verdictOf = ({ logits }: Answer): Verdict => ({
  classIndex: argmax(logits),
  probabilities: [...softmax(logits)],
})

function leftOut({ run, scene }: SceneOfStudent, studentId: number): AppError {
  const reasons = scene.omitted.map(({ reason }) => reason)
  return new AppError(
    'explain.student-left-out',
    `The model of "${run.name}" cannot be run on this student: ${reasons.join('; ') || 'the student was deleted'}. Choose another student, or import what is missing.`,
    { studentId, reasons },
  )
}
