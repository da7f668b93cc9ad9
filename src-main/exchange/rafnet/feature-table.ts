import type { ArrayForm } from './array-form.ts'

/** One modality of a feature pickle after its vectors went to a contiguous little-endian file. */
export interface ModalityTable {
  readonly name: string
  readonly width: number
  /** numpy dtype without byte order, as `f4`. */
  readonly dtype: string
  readonly byteOrder: 'little' | 'big'
  readonly form: ArrayForm
  /** Absolute path of the vectors: row i starts at `i * width * itemsize`. */
  readonly file: string
  readonly sha256: string
  /** Rows that hold NaN or an infinity, ascending. */
  readonly notFiniteRows: readonly number[]
}

/** RAFNet's context: absent keys are null, since some files lack all but the two box keys. All arrays have one entry per row. */
export interface ContextTable {
  readonly origin: 'inside' | 'sidecar'
  /** The sidecar, or the feature pickle itself. */
  readonly file: string
  /** [rows, 4] x1, y1, x2, y2 in px of the upright image. */
  readonly boxesAbsolute: Float64Array | null
  /** [rows, 4] cx, cy, w, h. */
  readonly boxesNormalised: Float64Array | null
  /** [rows, 2] height, width. */
  readonly imageSizes: Int32Array | null
  readonly rooms: readonly (string | null)[] | null
  readonly takenAt: readonly (string | null)[] | null
}

/** A feature pickle without its vectors: what the importer needs to make scenes, students and labels. */
export interface FeatureTable {
  readonly file: string
  readonly sha256: string
  /** Rows in file order. */
  readonly rows: number
  /** Top-level keys in file order. */
  readonly keys: readonly string[]
  readonly modalities: readonly ModalityTable[]
  /** [rows] as stored: −1 is RAFNet's unlabelled; values outside the project's classes are for the doctor. */
  readonly labels: Int32Array | null
  readonly imgPaths: readonly string[]
  readonly bboxIds: readonly string[] | null
  readonly context: ContextTable | null
  /**
   * Absolute path of the source's form: a pickle that is the source with None for every modality, so that an export finds
   * every key, container, dtype and unknown extra again.
   */
  readonly formFile: string
  /** The sidecar's form: the sidecar itself, copied; null where the context lay inside or was absent. */
  readonly contextFormFile: string | null
  /** `metadata.modalities` as found: may be stale. */
  readonly statedModalities: readonly string[] | null
  /** `metadata.modal_feature_dims` as found. */
  readonly statedWidths: Readonly<Record<string, number>> | null
}
