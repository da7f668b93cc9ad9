import { z } from 'zod'
import { call, stream } from './procedure.ts'
import { id, name, nothing, path } from './schemas.ts'
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
  /** Files that look like photos by name and are no scenes, with the reason and what to do: all of them, by path below `folder`. */
  readonly refused: readonly RefusedPhoto[]
  /** Photos of the project whose content another one has, too. */
  readonly exactDuplicates: number
  readonly findings: readonly Finding[]
}

/** What a rescan found that nobody asked for. */
export interface PhotoNews {
  readonly added: number
  readonly moved: number
  readonly missing: number
}

export interface RefusedPhoto {
  readonly file: string
  readonly reason: string
}

/** A scene as a member of a group of duplicates. */
export interface DuplicateScene {
  readonly sceneId: number
  readonly name: string
  readonly relativePath: string
  readonly widthPx: number
  readonly heightPx: number
  /** Bits in which it looks different from the group's first scene, of 256. */
  readonly distance: number
  /** Whether it can be left out: nobody has labelled, drawn, imported, reviewed or edited anything in it. */
  readonly removable: boolean
}

/** Scenes of one content (`exact`), or that look like altered copies of the first (`near`). */
export interface DuplicateGroup {
  readonly kind: 'exact' | 'near'
  readonly scenes: readonly DuplicateScene[]
}

export interface DuplicateReport {
  readonly groups: readonly DuplicateGroup[]
  /** Photos that were compared by what they show, and those that could not be: damaged, or of one colour. */
  readonly compared: number
  readonly notCompared: readonly string[]
  /** Photos that were left out before, by path. */
  readonly leftOut: readonly string[]
}

/** What a pattern reads from the paths of the scenes. */
export interface PlacesPreview {
  /** Null for a pattern that can be used; else why not. */
  readonly problem: { readonly code: string; readonly part: string; readonly message: string } | null
  readonly scenes: number
  readonly matched: number
  /** Scenes whose room or time it would change. */
  readonly changed: number
  /** The first 200 scenes. */
  readonly rows: readonly PlacePreview[]
}

export interface PlacePreview {
  readonly sceneId: number
  readonly relativePath: string
  readonly matches: boolean
  readonly room: string | null
  readonly takenAt: string | null
  readonly changesRoom: boolean
  readonly changesTime: boolean
}

export interface PlacesState {
  /** The project's pattern; null where it has none. */
  readonly pattern: PlaceRules | null
  readonly suggestions: readonly { readonly pattern: string; readonly share: number }[]
}

export const placeRules = z.object({
  pattern: z.string().max(300),
  /** Whether the time that the camera recorded goes before the pattern's. */
  preferExif: z.boolean().default(true),
  /** Whether rooms and times that an import gave are replaced. */
  overwrite: z.boolean().default(false),
})
export type PlaceRules = z.infer<typeof placeRules>

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
  /** Photos that came, moved or went while the project is open. */
  photoNews: stream(nothing)<PhotoNews>(),
  /** Compares what is not compared yet, as a job; then groups scenes of one content, and scenes that look alike. */
  duplicates: call(nothing)<DuplicateReport>(),
  /**
   * Takes scenes out of the project; their photos stay where they are, and scans pass them by. Scenes that somebody worked on are refused
   * (`exchange.scene-has-work`), all or none.
   */
  leaveOut: call(z.object({ sceneIds: z.array(id).min(1) }))<{ readonly leftOut: number }>(),
  /** Brings left-out photos back as scenes. */
  bringBack: call(z.object({ paths: z.array(path).min(1) }))<ScanSummary>(),
  /** The project's pattern for room and time, and patterns that its folders suggest. */
  places: call(nothing)<PlacesState>(),
  previewPlaces: call(placeRules)<PlacesPreview>(),
  /** Gives scenes their room and time, and keeps the pattern for photos that come later. It takes the place of an earlier pattern. */
  applyPlaces: call(placeRules)<{ readonly matched: number; readonly changed: number }>(),
  /** Takes the pattern and everything that it gave back. */
  clearPlaces: call(nothing)<{ readonly changed: number }>(),
  planExport: call(selection)<ExportPlan>(),
  exportFeatures: call(selection.extend({ out: path }))<ExportSummary>(),
}
