import { z } from 'zod'
import { call } from './procedure.ts'
import { id, name, path } from './schemas.ts'
import type { Finding, Omission } from './summary.ts'

/** What an import read, wrote and left out, and what the import doctor found. */
export interface ImportSummary {
  readonly file: string
  readonly scenes: number
  readonly students: number
  readonly labels: number
  readonly modalities: readonly { readonly name: string; readonly width: number }[]
  readonly photosMatched: number
  readonly omitted: readonly Omission[]
  readonly findings: readonly Finding[]
}

export interface ScanSummary {
  readonly folder: string
  readonly found: number
  readonly added: number
  readonly moved: number
  readonly missing: number
  readonly findings: readonly Finding[]
}

/** A corrected student in an export: `from` is the class the source file holds, null where the student is new to it. */
export interface ExportChange {
  readonly scene: string
  readonly bboxId: string
  readonly change: 'relabelled' | 'moved' | 'drawn' | 'deleted'
  readonly from: number | null
  readonly to: number | null
}

export interface ExportPlan {
  readonly students: number
  readonly modalities: readonly { readonly name: string; readonly width: number; readonly students: number }[]
  readonly changes: readonly ExportChange[]
  readonly omitted: readonly Omission[]
  /** What the export did that is not plain: several sources in one form, converted dtypes. */
  readonly findings: readonly Finding[]
}

export interface ExportSummary extends ExportPlan {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

const selection = z.object({
  split: z.string().nullable().default(null),
  sceneIds: z.array(id).nullable().default(null),
  /** null exports every modality that the source file had. */
  modalities: z.array(z.string()).nullable().default(null),
  /** `include` writes students without a label in force with label −1. */
  unlabelled: z.enum(['omit', 'include']).default('omit'),
})
export type ExportSelection = z.infer<typeof selection>

export const exchange = {
  /** A feature pickle or a split pickle, whichever the file turns out to be. */
  importFile: call(
    z.object({ file: path, photoRoot: path.nullable().default(null), split: name.nullable().default(null) }),
  )<ImportSummary>(),
  importFeatures: call(
    z.object({
      file: path,
      photoRoot: path.nullable().default(null),
      /** null looks for a sidecar beside the file (`*_context.pkl`). */
      contextFile: path.nullable().default(null),
      split: name.nullable().default(null),
    }),
  )<ImportSummary>(),
  importSplit: call(
    z.object({ file: path, photoRoot: path.nullable().default(null), split: name.nullable().default(null) }),
  )<ImportSummary>(),
  /** Recursive; also the rescan that finds new, moved and missing photos. null scans the project's photo root. */
  scanPhotos: call(z.object({ folder: path.nullable().default(null) }))<ScanSummary>(),
  planExport: call(selection)<ExportPlan>(),
  exportFeatures: call(selection.extend({ out: path }))<ExportSummary>(),
}
