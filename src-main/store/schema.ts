import type { Generated } from 'kysely'
import type { LabelSource } from '#shared/domain/label.ts'
import type { ReviewState } from '#shared/domain/scene.ts'
import type { StudentSource } from '#shared/domain/student.ts'

/** Rows as they lie in SQLite. Columns that hold JSON say so; whoever reads one parses it. */
export interface Schema {
  property: { name: string; value: string }
  class: { class_index: number; name: string; colour: string; letter: string; is_null: number }
  annotator: { id: Generated<number>; name: string }
  import: ImportTable
  scene: SceneTable
  student: StudentTable
  label: LabelTable
  feature_set: FeatureSetTable
  feature: { student_id: number; set_id: number; row: number }
  detection: DetectionTable
  detected_scene: DetectedSceneTable
  photo_look: { content_hash: string; bits: Uint8Array | null }
  left_out_photo: { relative_path: string; content_hash: string; at: string }
  placed_scene: { scene_id: number; room: string | null; taken_at: string | null }
  model: ModelTable
  run: RunTable
  prediction: PredictionTable
  edit: {
    id: Generated<number>
    at: string
    annotator_id: number
    step: string
    payload: string
    undone: Generated<number>
  }
  export: ExportTable
  training: TrainingTable
  training_seed: TrainingSeedTable
  training_epoch: { training_id: number; seed: number; epoch: number; record: string }
  learnt: LearntTable
  held_out: { learnt_id: number; student_id: number; probabilities: Uint8Array }
}

interface ImportTable {
  id: Generated<number>
  kind: 'features' | 'split'
  file: string
  sha256: string | null
  split: string | null
  /** JSON: string[] */
  keys: Generated<string>
  form_file: string | null
  context_form_file: string | null
  context_origin: 'inside' | 'sidecar' | null
  rows: Generated<number>
  state: 'running' | 'done'
  created_at: string
}

interface SceneTable {
  id: Generated<number>
  relative_path: string
  file_name: string
  sort_key: string
  content_hash: string | null
  width_px: number
  height_px: number
  room: string | null
  taken_at: string | null
  split: string | null
  review: Generated<ReviewState>
  has_photo: number
  photo_modified_ms: number | null
  photo_bytes: number | null
  import_id: number | null
  camera_time: string | null
}

interface StudentTable {
  id: Generated<number>
  scene_id: number
  bbox_id: string
  x1: number | null
  y1: number | null
  x2: number | null
  y2: number | null
  nx: number | null
  ny: number | null
  nw: number | null
  nh: number | null
  box_edited: Generated<number>
  source: StudentSource
  import_id: number | null
  position: number | null
  source_path: string | null
  deleted_at: string | null
  label_id: number | null
}

interface LabelTable {
  id: Generated<number>
  student_id: number
  class_index: number | null
  annotator_id: number
  source: LabelSource
  at: string
  rank: number | null
  import_id: number | null
}

interface FeatureSetTable {
  id: Generated<number>
  modality: string
  width: number
  dtype: string
  byte_order: 'little' | 'big'
  /** JSON: ArrayForm */
  form: string
  file: string
  sha256: string
  import_id: number | null
  /** JSON: FeatureProducer */
  producer: string | null
}

interface DetectionTable {
  student_id: number
  detector_sha256: string
  score: number
  x1: number
  y1: number
  x2: number
  y2: number
}

interface DetectedSceneTable {
  scene_id: number
  detector_sha256: string
  setting: string
  boxes: number
  at: string
}

interface ModelTable {
  id: Generated<number>
  name: string
  source_file: string
  file: string
  sha256: string
  config_file: string | null
  config_sha256: string | null
  /** JSON: choices, modalities and boxes that the model was read with. */
  reading: string
  family: string
  /** JSON: ModelDescription */
  description: string
  created_at: string
}

interface RunTable {
  id: Generated<number>
  model_id: number
  name: string
  provider: Generated<string>
  provider_reason: Generated<string>
  app_version: string
  batching: string
  partial: Generated<number>
  students: Generated<number>
  ms_per_student: Generated<number>
  /** JSON: Omission[] */
  omitted: Generated<string>
  /** JSON: string[] */
  gate_modalities: Generated<string>
  /** JSON: modality → sha256[] of the feature files that were read. */
  feature_hashes: Generated<string>
  created_at: string
  state: 'running' | 'done' | 'removed'
}

interface PredictionTable {
  run_id: number
  student_id: number
  class_index: number
  confidence: number
  logits: Uint8Array
  gate: Uint8Array | null
}

interface ExportTable {
  id: Generated<number>
  at: string
  file: string
  sha256: string
  bytes: number
  /** JSON: ExportSelection */
  selection: string
  students: number
  last_label_id: number | null
}

interface TrainingTable {
  id: Generated<number>
  name: string
  run_name: string
  /** JSON: TrainingOrder */
  asked: string
  state: 'queued' | 'running' | 'paused' | 'stopped' | 'done' | 'failed'
  ending: Generated<number>
  family: string
  /** JSON: string[] */
  modalities: string
  epochs: number
  /** JSON: students of each split */
  students: string | null
  /** JSON: Finding[] */
  findings: Generated<string>
  /** JSON: Leakage */
  leakage: string | null
  /** JSON: LabelState */
  label_state: string | null
  prepared: Generated<number>
  /** JSON: TrainingSummary */
  summary: string | null
  /** JSON: AppErrorData */
  error: string | null
  /** JSON: number[] */
  model_ids: Generated<string>
  created_at: string
  ended_at: string | null
}

interface TrainingSeedTable {
  training_id: number
  seed: number
  position: number
  epochs: Generated<number>
  best_epoch: Generated<number>
  best_value: Generated<number>
  ended: Generated<number>
}

interface LearntTable {
  id: Generated<number>
  model_id: number
  run_id: number
  /** JSON: LearntFigures */
  figures: string
  last_label_id: number
  created_at: string
}
