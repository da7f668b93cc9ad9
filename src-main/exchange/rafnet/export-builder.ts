import type { ExportChange, ExportPlan } from '#shared/contract/exchange.ts'
import type { Finding } from '#shared/contract/summary.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { counted, findingAt } from '../finding.ts'
import type { ExportCandidate, ExportSet, ExportSource, ExportStudent } from './export-student.ts'
import { createModalityRows } from './export-modality.ts'
import type { ModalityRows } from './export-modality.ts'
import { packRows } from './pack-rows.ts'
import type { PackedRows, RecordedChange, WriteBox, WriteModality, WriteRow } from './write-plan.ts'

export interface PlannedExport {
  readonly plan: ExportPlan
  /** Those that the rows name, the one whose form is written first. */
  readonly sources: readonly ExportSource[]
  readonly rows: PackedRows
  readonly modalities: readonly WriteModality[]
  readonly changes: readonly RecordedChange[]
}

export interface ExportBuilder {
  /** Decides about the next candidate, in export order; `peer` is the last student of its scene for one whom no file has. */
  add(candidate: ExportCandidate, peer: ExportCandidate | null): void
  finish(): PlannedExport
}

export interface ExportBuilderOptions {
  /** All sources that the candidates name; the first one's form is written. */
  readonly sources: readonly ExportSource[]
  /** All feature sets, oldest first. */
  readonly sets: readonly ExportSet[]
  /** null exports every modality of the first source. */
  readonly modalities: readonly string[] | null
  readonly unlabelled: 'omit' | 'include'
}

/** RAFNet's mark of a student without a label. */
const unlabelledMark = -1

/** An export while it is decided about. */
interface Building {
  readonly options: ExportBuilderOptions
  readonly modalities: ModalityRows
  readonly omitted: Map<string, { readonly code: string; readonly reason: string; count: number }>
  readonly rows: WriteRow[]
  readonly changes: (ExportChange & RecordedChange)[]
  readonly usedSources: Set<number>
  /** Moved boxes whose photo has no known size. */
  readonly unsized: string[]
}

const writeBox = ({ box, size }: ExportStudent): WriteBox | null => box && { ...box, ...size }

const sourceOf = ({ options }: Building, { origin }: ExportCandidate): ExportSource | null =>
  origin && options.sources[origin.source]!

/** The label of the source file, null where it has none. */
function sourceLabel(building: Building, candidate: ExportCandidate): number | null {
  const label = candidate.origin && sourceOf(building, candidate)?.labels?.[candidate.origin.row]
  return label === undefined || label === unlabelledMark ? null : label
}

function omit({ omitted }: Building, code: string, reason: string): void {
  const known = omitted.get(`${code} ${reason}`)
  if (known) known.count += 1
  else omitted.set(`${code} ${reason}`, { code, reason, count: 1 })
}

function record(
  { changes }: Building,
  student: ExportStudent,
  change: ExportChange['change'],
  from: number | null,
  to: number | null,
): void {
  const { scene, bboxId, imgPath, label } = student
  const author = change === 'relabelled' || change === 'drawn' ? label : null
  const { annotator, at } = author ?? { annotator: null, at: null }
  changes.push({ scene, bboxId, img: imgPath, bbox_id: bboxId, change, from, to, annotator, at })
}

function omissionOf(building: Building, candidate: ExportCandidate): readonly [string, string] | null {
  const { student, origin } = candidate
  const missing = building.modalities.problemOf(student, sourceOf(building, candidate))
  if (missing && !origin)
    return ['drawn-without-features', `new in this project and without features (${missing.reason})`]
  if (missing) return [missing.code, missing.reason]
  return student.label || building.options.unlabelled === 'include' ? null : ['unlabelled', 'no label in force']
}

/** The row of a student whom no file has: after the last of the scene, whose photo's columns it shares. */
function newRow(building: Building, student: ExportStudent, peer: ExportCandidate | null): WriteRow {
  const imgPath = peer?.student.imgPath ?? student.imgPath
  const label = student.label?.classIndex ?? null
  record(building, { ...student, imgPath }, 'drawn', null, label)
  return {
    source: peer?.origin?.source ?? 0,
    row: peer?.origin?.row ?? null,
    label: label ?? unlabelledMark,
    box: writeBox(student),
    drawn: { bboxId: student.bboxId, imgPath },
  }
}

function knownRow(building: Building, candidate: ExportCandidate, origin: { source: number; row: number }): WriteRow {
  const { student } = candidate
  const from = sourceLabel(building, candidate)
  const to = student.label?.classIndex ?? null
  if (from !== to) record(building, student, 'relabelled', from, to)
  if (student.boxEdited) record(building, student, 'moved', from, to)
  if (student.boxEdited && student.size.widthPx === 0)
    building.unsized.push(`${student.scene}, student ${student.bboxId}`)
  const isSame = sourceOf(building, candidate)?.labels?.[origin.row] === (to ?? unlabelledMark)
  return {
    ...origin,
    label: isSame ? null : (to ?? unlabelledMark),
    box: student.boxEdited ? writeBox(student) : null,
    drawn: null,
  }
}

function decide(building: Building, candidate: ExportCandidate, peer: ExportCandidate | null): void {
  const { student, origin } = candidate
  if (student.deleted) {
    if (!origin) return
    record(building, student, 'deleted', sourceLabel(building, candidate), null)
    omit(building, 'deleted', 'deleted in this project')
    return
  }
  const source = sourceOf(building, candidate)
  building.modalities.count(student, source)
  const omission = omissionOf(building, candidate)
  if (omission) {
    omit(building, ...omission)
    return
  }
  const row = origin ? knownRow(building, candidate, origin) : newRow(building, student, peer)
  building.usedSources.add(row.source)
  building.rows.push(row)
  building.modalities.add(student, source)
}

function finish(building: Building): PlannedExport {
  const { options, rows, changes, omitted, modalities, unsized } = building
  const used = [...building.usedSources].sort((a, b) => a - b)
  const sources = used.map((source) => options.sources[source]!)
  const position = new Map(used.map((source, index) => [source, index]))
  const written = modalities.finish()
  return {
    plan: {
      students: rows.length,
      modalities: modalities.counts(),
      changes: changes.map(({ scene, bboxId, change, from, to }) => ({ scene, bboxId, change, from, to })),
      omitted: [...omitted.values()],
      findings: builderFindings(sources, written, unsized),
    },
    sources,
    rows: packRows(rows, (source) => position.get(source) ?? 0),
    modalities: written,
    changes: changes.map(({ img, bbox_id, change, from, to, annotator, at }) => ({
      img,
      bbox_id,
      change,
      from,
      to,
      annotator,
      at,
    })),
  }
}

/**
 * Decides student by student what an export holds: students with a label in force and every exported modality, in the form of the first
 * source; the others are counted by reason (codes deleted, unlabelled, features-missing, features-unfit, drawn-without-features). Pure but
 * for its own state, and fed bit by bit so that tens of thousands of students block nobody.
 * Throws AppError `export.no-source` or `export.modality-unknown` at once.
 */
export function createExportBuilder(options: ExportBuilderOptions): ExportBuilder {
  const base = options.sources[0]
  if (!base) {
    throw new AppError(
      'export.no-source',
      'None of these students came with a feature pickle, so there are no features to export; import a feature pickle first.',
    )
  }
  const building: Building = {
    options,
    modalities: createModalityRows(base, options.sets, options.modalities),
    omitted: new Map(),
    rows: [],
    changes: [],
    usedSources: new Set([0]),
    unsized: [],
  }
  return {
    add: (candidate, peer) => decide(building, candidate, peer),
    finish: () => finish(building),
  }
}

/** Codes: sources-mixed, dtype-converted, box-size-unknown. */
function builderFindings(
  sources: readonly ExportSource[],
  modalities: readonly WriteModality[],
  unsized: readonly string[],
): Finding[] {
  const names = sources.map(({ name }) => name)
  const converted = modalities.flatMap(({ name, files, form }) => {
    const others = files.filter(({ dtype }) => dtype !== form.dtype.slice(1)).map(({ dtype }) => dtype)
    return others.length === 0 ? [] : [`${name}: ${[...new Set(others)].join(', ')} → ${form.dtype.slice(1)}`]
  })
  return [
    ...findingAt(
      'sources-mixed',
      'info',
      names.length > 1 ? names : [],
      () =>
        `The students come from ${names.join(', ')}; the export has the keys, containers and dtypes of ${names[0]}, and what only the others have is left out.`,
    ),
    ...findingAt(
      'dtype-converted',
      'warning',
      converted,
      () => `Vectors of another dtype were converted to the first file's (${converted.join('; ')}).`,
    ),
    ...findingAt(
      'box-size-unknown',
      'warning',
      unsized,
      (count) =>
        `${counted(count, 'moved box lies', 'moved boxes lie')} in a photo of unknown size; its normalised form was left as the file had it. Find the photo and export again.`,
    ),
  ]
}
