import type { ArrayForm } from './array-form.ts'

/** What an editor changed about a row. Everything else is the source's own. */
export interface RowEdit {
  /** Set where the row must differ from the source's; null keeps its value with its dtype. */
  readonly label: number | null
  /** New corners in px and the image they lie in; null keeps both box columns as stored. */
  readonly box: WriteBox | null
  /** Set for a student who is new to the source. */
  readonly drawn: { readonly bboxId: string; readonly imgPath: string } | null
}

/** One export row: where it comes from and what an editor changed. */
export interface WriteRow extends RowEdit {
  /** Position in `FeatureWritePlan.sources`. */
  readonly source: number
  /** Row of that source; for a student who is new to it a row of the same scene, whose scene-wide columns are taken over, or null. */
  readonly row: number | null
}

/** Rows as they travel to the compute process: tens of thousands are a few arrays there, see pack-rows.ts. */
export interface PackedRows {
  /** [rows] */
  readonly sources: Uint16Array
  /** [rows], −1 for none. */
  readonly rows: Int32Array
  /** Only of rows that differ from their source, by position. */
  readonly edits: readonly (RowEdit & { readonly index: number })[]
}

export interface WriteBox {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
  readonly widthPx: number
  readonly heightPx: number
}

/** The form files of one imported pickle, as the importer wrote them. */
export interface WriteSource {
  /** Name of the imported file, for error messages. */
  readonly name: string
  readonly formFile: string
  readonly contextFormFile: string | null
  /** Top-level keys that are modalities: the form holds None for them. */
  readonly modalities: readonly string[]
}

/** A modality to write: export row i is row `rows[i]` of `files[fileOfRow[i]]`. */
export interface WriteModality {
  readonly name: string
  readonly width: number
  /** Container and dtype (with byte order) to write. */
  readonly form: ArrayForm
  /** Contiguous little-endian files and their dtype without byte order, as `f4`. */
  readonly files: readonly { readonly file: string; readonly dtype: string }[]
  /** [rows] */
  readonly fileOfRow: Uint16Array
  /** [rows] */
  readonly rows: Uint32Array
}

/** A change to a student, as `metadata['lectern']['changes']` records it. */
export interface RecordedChange {
  readonly img: string
  readonly bbox_id: string
  readonly change: 'relabelled' | 'moved' | 'drawn' | 'deleted'
  readonly from: number | null
  readonly to: number | null
  readonly annotator: string | null
  /** ISO 8601, UTC. */
  readonly at: string | null
}

/** What goes under `metadata['lectern']`: plain values only. */
export interface LecternRecord {
  readonly app_version: string
  readonly source_sha256: readonly string[]
  /** ISO 8601, UTC. */
  readonly exported_at: string
  readonly changes: readonly RecordedChange[]
}

/** A feature pickle to write. Its form (keys and their order, containers, dtypes) is that of the first source. */
export interface FeatureWritePlan {
  readonly sources: readonly WriteSource[]
  readonly rows: PackedRows
  /** In the order of the source's keys; a modality of the source that is not here is left out. */
  readonly modalities: readonly WriteModality[]
  readonly lectern: LecternRecord
}
