import type { ArrayForm } from './array-form.ts'

/** A modality to write: row i of the export is row `rows[i]` of `file`. */
export interface WriteModality {
  readonly name: string
  readonly width: number
  readonly form: ArrayForm
  readonly parts: readonly { readonly file: string; readonly rows: Uint32Array }[]
}

/** Everything a feature pickle holds, in the order of `keys`; vectors are streamed from their files. */
export interface FeatureWritePlan {
  readonly keys: readonly string[]
  readonly modalities: readonly WriteModality[]
  /** [rows] */
  readonly labels: Int32Array
  readonly labelsForm: ArrayForm
  readonly imgPaths: readonly string[]
  readonly bboxIds: readonly string[]
  readonly context: {
    readonly boxesAbsolute: Float64Array
    readonly boxesNormalised: Float64Array
    readonly imageSizes: Int32Array | null
    readonly rooms: readonly (string | null)[] | null
    readonly takenAt: readonly (string | null)[] | null
  } | null
  /** The source's metadata, as pickle bytes; ours is added under `lectern`. */
  readonly metadataPickle: Uint8Array | null
  /** JSON value that goes under `metadata['lectern']`: corrections, app version, source hash. */
  readonly lectern: unknown
}
