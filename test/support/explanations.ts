import type { Explanation, SceneStudent, Verdict } from '#shared/contract/scenes.ts'
import { labelled, prediction, pupil } from './classroom.ts'
import { runInfo } from './fake-workbench.ts'

/** Sure of one of five classes to this share. */
export const verdict = (classIndex: number, probability = 0.8): Verdict => {
  const { probabilities } = prediction(0, classIndex, probability)
  return { classIndex, probabilities }
}

/** A run of a gated head with a graph. */
export const gatedRun = { ...runInfo(7, 'C+Spatial'), gateModalities: ['relation', 'convnext'] }

/** A student whom the gated run predicts as class 2, which is also the label. */
export const explainedPupil = (id: number): SceneStudent =>
  pupil(id, { label: labelled(2), predictions: [{ ...prediction(7, 2, 0.9), gate: [0.25, 0.75] }] })

/** Class 2; without pupil 2 class 4, with zeros for convnext class 0; nothing else changes it. */
export const anExplanation = (studentId: number, change: Partial<Explanation> = {}): Explanation => ({
  studentId,
  runId: 7,
  verdict: verdict(2, 0.9),
  learntFrom: false,
  scaled: { temperature: 1.25, probabilities: verdict(2, 0.7).probabilities, fittedOn: 'split val' },
  gate: [
    { modality: 'relation', weight: 0.25 },
    { modality: 'convnext', weight: 0.75 },
  ],
  neighbours: [
    { studentId: 2, weight: 0.7, without: verdict(4, 0.6) },
    { studentId: 3, weight: 0.3, without: verdict(2, 0.85) },
  ],
  modalities: [
    { modality: 'relation', zeros: verdict(2, 0.88), mean: verdict(2, 0.89), meanOf: 'split train' },
    { modality: 'convnext', zeros: verdict(0, 0.55), mean: verdict(2, 0.61), meanOf: 'split train' },
  ],
  ...change,
})
