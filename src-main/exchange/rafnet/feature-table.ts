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
}

/** RAFNet's context: absent keys are null, since some files lack all but the two box keys. All arrays have one entry per row. */
export interface ContextTable {
  readonly origin: 'inside' | 'sidecar'
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
  /** Top-level keys in file order, so that an export writes them in the same order. */
  readonly keys: readonly string[]
  readonly modalities: readonly ModalityTable[]
  readonly labels: Int32Array | null
  readonly labelsForm: ArrayForm | null
  readonly imgPaths: readonly string[] | null
  readonly bboxIds: readonly string[] | null
  readonly context: ContextTable | null
  /** The rest of `metadata`, as the pickle bytes that rebuild it, so that an export returns it unchanged. */
  readonly metadataPickle: Uint8Array | null
  /** `metadata.modalities` as found: may be stale. */
  readonly statedModalities: readonly string[] | null
}
