import type { ExportChange, ExportPlan } from '#shared/contract/exchange.ts'
import type { Finding } from '#shared/contract/summary.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { counted, findingAt } from '../finding.ts'
import type { ExportCandidate, ExportSet, ExportSource, ExportStudent } from './export-student.ts'
import { createModalityRows } from './export-modality.ts'
import type { RecordedChange, WriteBox, WriteModality, WriteRow } from './write-plan.ts'

export interface PlannedExport {
  readonly plan: ExportPlan
  /** Those that the rows name, the one whose form is written first. */
  readonly sources: readonly ExportSource[]
  readonly rows: readonly WriteRow[]
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

function writeBox({ box, size }: ExportStudent): WriteBox | null {
  return box && { ...box, ...size }
}

/**
 * Decides student by student what an export holds: students with a label in force and every exported modality, in the form of the first
 * source; the others are counted by reason (codes deleted, unlabelled, features-missing, features-unfit, drawn-without-features). Pure but
 * for its own state, and fed bit by bit so that tens of thousands of students block nobody.
 * Throws AppError `export.modality-unknown` at once.
 */
export function createExportBuilder(options: ExportBuilderOptions): ExportBuilder {
  const { sources, unlabelled } = options
  const base = sources[0]
  if (!base) {
    throw new AppError(
      'export.no-source',
      'None of these students came with a feature pickle, so there are no features to export; import a feature pickle first',
    )
  }
  const modalities = createModalityRows(base, options.sets, options.modalities)
  const omitted = new Map<string, { code: string; reason: string; count: number }>()
  const rows: WriteRow[] = []
  const changes: (ExportChange & RecordedChange)[] = []
  const usedSources = new Set<number>([0])
  const unsized: string[] = []

  const omit = (code: string, reason: string): void => {
    const known = omitted.get(`${code} ${reason}`)
    if (known) known.count += 1
    else omitted.set(`${code} ${reason}`, { code, reason, count: 1 })
  }
  const record = (
    student: ExportStudent,
    change: ExportChange['change'],
    from: number | null,
    to: number | null,
  ): void => {
    const byLabel = change === 'relabelled' || change === 'drawn' ? student.label : null
    changes.push({
      scene: student.scene,
      bboxId: student.bboxId,
      img: student.imgPath,
      bbox_id: student.bboxId,
      change,
      from,
      to,
      annotator: byLabel?.annotator ?? null,
      at: byLabel?.at ?? null,
    })
  }
  const sourceLabel = ({ origin }: ExportCandidate): number | null => {
    const label = origin ? sources[origin.source]!.labels?.[origin.row] : undefined
    return label === undefined || label === unlabelledMark ? null : label
  }
  const omissionOf = ({ student, origin }: ExportCandidate): readonly [string, string] | null => {
    const missing = modalities.problemOf(student, origin && sources[origin.source]!)
    if (missing && !origin)
      return ['drawn-without-features', `new in this project and without features (${missing.reason})`]
    if (missing) return [missing.code, missing.reason]
    return student.label || unlabelled === 'include' ? null : ['unlabelled', 'no label in force']
  }
  const addNew = (student: ExportStudent, peer: ExportCandidate | null): WriteRow => {
    const imgPath = peer?.student.imgPath ?? student.imgPath
    record({ ...student, imgPath }, 'drawn', null, student.label?.classIndex ?? null)
    return {
      source: peer?.origin?.source ?? 0,
      row: peer?.origin?.row ?? null,
      label: student.label?.classIndex ?? unlabelledMark,
      box: writeBox(student),
      drawn: { bboxId: student.bboxId, imgPath },
    }
  }
  const addKnown = (candidate: ExportCandidate, origin: { source: number; row: number }): WriteRow => {
    const { student } = candidate
    const from = sourceLabel(candidate)
    const to = student.label?.classIndex ?? null
    if (from !== to) record(student, 'relabelled', from, to)
    if (student.boxEdited) record(student, 'moved', from, to)
    if (student.boxEdited && student.size.widthPx === 0) unsized.push(`${student.scene}, student ${student.bboxId}`)
    const stored = sources[origin.source]!.labels?.[origin.row]
    const wanted = to ?? unlabelledMark
    return {
      ...origin,
      label: stored === wanted ? null : wanted,
      box: student.boxEdited ? writeBox(student) : null,
      drawn: null,
    }
  }

  return {
    add: (candidate, peer) => {
      const { student, origin } = candidate
      if (student.deleted) {
        if (!origin) return
        record(student, 'deleted', sourceLabel(candidate), null)
        omit('deleted', 'deleted in this project')
        return
      }
      modalities.count(student, origin && sources[origin.source]!)
      const omission = omissionOf(candidate)
      if (omission) {
        omit(...omission)
        return
      }
      const row = origin ? addKnown(candidate, origin) : addNew(student, peer)
      usedSources.add(row.source)
      rows.push(row)
      modalities.add(student, origin && sources[origin.source]!)
    },
    finish: () => {
      const used = [...usedSources].sort((a, b) => a - b)
      const position = new Map(used.map((source, index) => [source, index]))
      const writeModalities = modalities.finish()
      const plan: ExportPlan = {
        students: rows.length,
        modalities: modalities.counts(),
        changes: changes.map(({ scene, bboxId, change, from, to }) => ({ scene, bboxId, change, from, to })),
        omitted: [...omitted.values()],
        findings: builderFindings(
          used.map((source) => sources[source]!),
          writeModalities,
          unsized,
        ),
      }
      return {
        plan,
        sources: used.map((source) => sources[source]!),
        rows: rows.map((row) => ({ ...row, source: position.get(row.source) ?? 0 })),
        modalities: writeModalities,
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
    },
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
