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
  readonly importId: number | null
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

/** Where a student's row lies: position in the sources and row there. */
export interface ExportOrigin {
  readonly source: number
  readonly row: number
}

/** A student on the way into an export; `origin` is null for one whom no imported file has. */
export interface ExportCandidate {
  readonly student: ExportStudent
  readonly origin: ExportOrigin | null
}

/** A candidate before its student is loaded: hundreds of thousands must fit into memory. */
export interface ExportEntry {
  readonly sceneId: number
  /** Place among the students of its scene. */
  readonly place: number
  readonly origin: ExportOrigin | null
}

/**
 * The source that a student's row is taken from where several files have it: the one of the split that is exported, else the one with most
 * modalities, else the newest. Null where none has it.
 */
export function chooseOrigin(
  student: Pick<ExportStudent, 'rows'>,
  sources: readonly ExportSource[],
  split: string | null,
): ExportOrigin | null {
  let best: ExportOrigin | null = null
  const rank = (source: ExportSource): number =>
    (split !== null && source.split === split ? 1000 : 0) + source.modalities.length
  sources.forEach((source, index) => {
    const row = student.rows.get(source.importId)
    if (row === undefined) return
    if (best === null || rank(source) >= rank(sources[best.source]!)) best = { source: index, row }
  })
  return best
}

/**
 * Entries in the order of the export: by source and row, and those whom no file has after the last of their scene, in the order given.
 * `peers` gives each of these that last one.
 */
export function orderEntries(entries: readonly ExportEntry[]): {
  readonly ordered: readonly ExportEntry[]
  readonly peers: ReadonlyMap<ExportEntry, ExportEntry>
} {
  const known = entries.filter(({ origin }) => origin)
  // Mostly they come in order: then there is nothing to sort, which matters where they are many.
  const isOrdered = known.every((entry, index) => index === 0 || compareOrigins(known[index - 1]!, entry) <= 0)
  const sorted = isOrdered ? known : known.sort(compareOrigins)
  if (sorted.length === entries.length) return { ordered: sorted, peers: new Map() }
  return placeNew(
    sorted,
    entries.filter(({ origin }) => !origin),
  )
}

function placeNew(sorted: readonly ExportEntry[], added: readonly ExportEntry[]) {
  const lastOfScene = new Map(sorted.map((entry) => [entry.sceneId, entry]))
  const followers = Map.groupBy(added, ({ sceneId }) => lastOfScene.get(sceneId) ?? null)
  const peers = new Map(
    added.flatMap((entry) => {
      const peer = lastOfScene.get(entry.sceneId)
      return peer ? [[entry, peer] as const] : []
    }),
  )
  const placed = sorted.flatMap((entry) => [entry, ...(followers.get(entry) ?? [])])
  return { ordered: [...placed, ...(followers.get(null) ?? [])], peers }
}

function compareOrigins({ origin: a }: ExportEntry, { origin: b }: ExportEntry): number {
  return (a?.source ?? 0) - (b?.source ?? 0) || (a?.row ?? 0) - (b?.row ?? 0)
}
