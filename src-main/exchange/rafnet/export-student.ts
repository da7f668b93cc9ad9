import type { Box, Size } from '#shared/geometry/box.ts'
import type { ArrayForm } from './array-form.ts'
import type { WriteSource } from './write-plan.ts'

/** One imported feature pickle, oldest first in lists. */
export interface ExportSource extends WriteSource {
  readonly importId: number
  readonly sha256: string
  readonly split: string | null
  /** Top-level keys in file order. */
  readonly keys: readonly string[]
  /** The source's labels by row; null where it has none. */
  readonly labels: Int32Array | null
}

/** Vectors of one modality: a contiguous little-endian file. */
export interface ExportSet {
  readonly id: number
  readonly importId: number
  readonly modality: string
  readonly width: number
  /** numpy dtype without byte order, as `f4`. */
  readonly dtype: string
  readonly form: ArrayForm
  /** Absolute path. */
  readonly file: string
}

/** A student that the selection covers, deleted ones included. */
export interface ExportStudent {
  readonly sceneId: number
  readonly scene: string
  readonly size: Size
  readonly bboxId: string
  /** The photo's path as the source spells it. */
  readonly imgPath: string
  readonly box: Box | null
  readonly boxEdited: boolean
  readonly deleted: boolean
  readonly label: { readonly classIndex: number; readonly annotator: string; readonly at: string } | null
  /** Rows in imported files, by import. */
  readonly rows: ReadonlyMap<number, number>
  /** Rows in feature sets, by set. */
  readonly vectors: ReadonlyMap<number, number>
}

/** A student on the way into an export, with the source whose row it takes. */
export interface ExportCandidate {
  readonly student: ExportStudent
  /** Position in the sources and row there; null for a student whom no imported file has. */
  readonly origin: { readonly source: number; readonly row: number } | null
}

/**
 * The source that a student's row is taken from where several files have it: the one of the split that is exported, else the one with most
 * modalities, else the newest.
 */
export function chooseOrigin(
  student: ExportStudent,
  sources: readonly ExportSource[],
  split: string | null,
): ExportCandidate {
  let best: { source: number; row: number } | null = null
  const rank = (source: ExportSource): number =>
    (split !== null && source.split === split ? 1000 : 0) + source.modalities.length
  sources.forEach((source, index) => {
    const row = student.rows.get(source.importId)
    if (row === undefined) return
    if (best === null || rank(source) >= rank(sources[best.source]!)) best = { source: index, row }
  })
  return { student, origin: best }
}

/**
 * Candidates in the order of the export: by source and row, and those whom no file has after the last of their scene, in the order
 * given. `peers` gives each of these that last one.
 */
export function orderCandidates(candidates: readonly ExportCandidate[]): {
  readonly ordered: readonly ExportCandidate[]
  readonly peers: ReadonlyMap<ExportCandidate, ExportCandidate>
} {
  const known = candidates.filter(({ origin }) => origin)
  // Mostly they come in order: then there is nothing to sort, which matters where they are many.
  const isOrdered = known.every((candidate, index) => index === 0 || compareOrigins(known[index - 1]!, candidate) <= 0)
  const sorted = isOrdered ? known : known.sort(compareOrigins)
  return sorted.length === candidates.length
    ? { ordered: sorted, peers: new Map() }
    : placeNew(
        sorted,
        candidates.filter(({ origin }) => !origin),
      )
}

function placeNew(sorted: readonly ExportCandidate[], added: readonly ExportCandidate[]) {
  const lastOfScene = new Map(sorted.map((candidate) => [candidate.student.sceneId, candidate]))
  const followers = Map.groupBy(added, ({ student }) => lastOfScene.get(student.sceneId) ?? null)
  const peers = new Map(
    added.flatMap((candidate) => {
      const peer = lastOfScene.get(candidate.student.sceneId)
      return peer ? [[candidate, peer] as const] : []
    }),
  )
  const placed = sorted.flatMap((candidate) => [candidate, ...(followers.get(candidate) ?? [])])
  return { ordered: [...placed, ...(followers.get(null) ?? [])], peers }
}

function compareOrigins({ origin: a }: ExportCandidate, { origin: b }: ExportCandidate): number {
  return (a?.source ?? 0) - (b?.source ?? 0) || (a?.row ?? 0) - (b?.row ?? 0)
}
