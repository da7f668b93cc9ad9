import type { LearningState, LearntModel, ReviewItem } from '#shared/contract/learning.ts'

/** A head that learnt from `students` corrections; its run is 100 more than its id. */
export const learntModel = (id: number, change: Partial<LearntModel> = {}): LearntModel => ({
  id,
  modelId: 10 + id,
  runId: 100 + id,
  modality: 'convnext',
  students: 86,
  imported: 0,
  scenes: 4,
  classCounts: [20, 42, 10, 4, 10],
  accuracy: { count: 61, total: 86, percent: 70.9, interval: [62.7, 78.4] },
  macroF1NoNull: 60,
  heldOut: 'scenes',
  majorityAccuracy: 48.8,
  sceneOnlyAccuracy: 60.4,
  createdAt: new Date().toISOString(),
  ...change,
})

export const learningState = (change: Partial<LearningState> = {}): LearningState => ({
  enabled: true,
  state: 'waiting',
  modality: 'convnext',
  weakVectors: false,
  corrected: 10,
  needed: 14,
  problem: null,
  models: [],
  activeId: null,
  ...change,
})

/** A student of scene 7 that is predicted to listen, for a close call unless `change` says otherwise. */
export const reviewItem = (studentId: number, change: Partial<ReviewItem> = {}): ReviewItem => ({
  studentId,
  sceneId: 7,
  scene: 'room.jpg',
  bboxId: String(studentId),
  box: { x1: 100 * studentId, y1: 100, x2: 100 * studentId + 60, y2: 200 },
  truth: -1,
  predicted: 1,
  confidence: 0.41,
  labelIndex: null,
  labelSource: null,
  reasons: [{ reason: 'margin', value: 0.03 }],
  priority: 1,
  ...change,
})
