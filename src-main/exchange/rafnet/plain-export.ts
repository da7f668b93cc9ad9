import type { ExportPlan } from '#shared/contract/exchange.ts'
import { toNormalisedBox } from '#shared/geometry/normalised-box.ts'
import { counted, findingAt } from '../finding.ts'
import { createModalityRows } from './export-modality.ts'
import type { ModalityRows } from './export-modality.ts'
import type { ExportSet, ExportStudent } from './export-student.ts'
import type { PlainFeatures } from './write-plain-features.ts'

/** A photo and its students, deleted ones left out. */
export interface PlainScene {
  readonly room: string | null
  /** ISO 8601. */
  readonly takenAt: string | null
  readonly students: readonly ExportStudent[]
}

/** An export that imitates no file: what RAFNet's own extractor would have written. */
export interface PlannedPlainExport {
  readonly plan: ExportPlan
  readonly features: Omit<PlainFeatures, 'lectern'>
}

export interface PlainExportOptions {
  readonly sets: readonly ExportSet[]
  /** In the order to write. */
  readonly modalities: readonly string[]
  readonly unlabelled: 'omit' | 'include'
}

export interface PlainExportBuilder {
  /** Decides about the students of the next scene. */
  add(scene: PlainScene): void
  finish(): PlannedPlainExport
}

/** RAFNet's mark of a student without a label. */
const unlabelledMark = -1

interface Building {
  readonly options: PlainExportOptions
  readonly modalities: ModalityRows
  readonly omitted: Map<string, { readonly code: string; readonly reason: string; count: number }>
  readonly unsized: string[]
  readonly rows: {
    readonly labels: number[]
    readonly imgPaths: string[]
    readonly bboxIds: string[]
    readonly absolute: number[]
    readonly normalised: number[]
    readonly sizes: number[]
    readonly persons: number[]
    readonly rooms: (string | null)[]
    readonly takenAt: (string | null)[]
    readonly groups: string[]
  }
}

/**
 * Decides scene by scene what an export holds: students with a label in force (or all) and every modality; the others are counted by
 * reason (codes unlabelled, features-missing, features-unfit, box-missing). Throws AppError `export.modality-unknown`.
 */
export function createPlainExportBuilder(options: PlainExportOptions): PlainExportBuilder {
  const { sets, modalities } = options
  const base = { importId: -1, name: '', formFile: '', contextFormFile: null, sha256: '', split: null, labels: null }
  const building: Building = {
    options,
    modalities: createModalityRows({ ...base, keys: modalities, modalities }, sets, modalities),
    omitted: new Map(),
    unsized: [],
    rows: {
      labels: [],
      imgPaths: [],
      bboxIds: [],
      absolute: [],
      normalised: [],
      sizes: [],
      persons: [],
      rooms: [],
      takenAt: [],
      groups: [],
    },
  }
  return {
    add: (scene) => {
      scene.students.forEach((student, person) => addStudent(building, scene, student, person))
    },
    finish: () => finish(building),
  }
}

function addStudent(building: Building, scene: PlainScene, student: ExportStudent, person: number): void {
  const { modalities, omitted, rows } = building
  modalities.count(student, null)
  const omission = omissionOf(building, student)
  if (omission) {
    const { code, reason } = omission
    omitted.set(`${code} ${reason}`, { code, reason, count: (omitted.get(`${code} ${reason}`)?.count ?? 0) + 1 })
    return
  }
  const { box, size, label, imgPath, bboxId } = student
  if (!box) throw new TypeError(`student ${bboxId} has no box`)
  modalities.add(student, null)
  if (size.widthPx === 0) building.unsized.push(`${student.scene}, student ${bboxId}`)
  const { cx, cy, w, h } = toNormalisedBox(box, size)
  rows.labels.push(label?.classIndex ?? unlabelledMark)
  rows.imgPaths.push(imgPath)
  rows.bboxIds.push(bboxId)
  rows.absolute.push(box.x1, box.y1, box.x2, box.y2)
  rows.normalised.push(cx, cy, w, h)
  rows.sizes.push(size.heightPx, size.widthPx)
  rows.persons.push(person)
  rows.rooms.push(scene.room)
  rows.takenAt.push(scene.takenAt)
  rows.groups.push(`${scene.room ?? 'unknown'}_${scene.takenAt?.slice(0, 10) ?? 'unknown'}`)
}

function omissionOf(
  { modalities, options }: Building,
  student: ExportStudent,
): { readonly code: string; readonly reason: string } | null {
  if (!student.box) return { code: 'box-missing', reason: 'no box' }
  const missing = modalities.problemOf(student, null)
  if (missing) return missing
  if (student.label || options.unlabelled === 'include') return null
  return { code: 'unlabelled', reason: 'no label in force' }
}

function finish({ modalities, omitted, unsized, rows }: Building): PlannedPlainExport {
  return {
    plan: {
      students: rows.labels.length,
      modalities: modalities.counts(),
      // No file is corrected by it: every label is the project's own.
      changes: [],
      omitted: [...omitted.values()],
      findings: findingAt(
        'box-size-unknown',
        'warning',
        unsized,
        (count) =>
          `${counted(count, 'box lies', 'boxes lie')} in a photo of unknown size, so that its normalised form is not a number. Find the photo and export again.`,
      ),
    },
    features: {
      modalities: modalities.finish(),
      labels: Int32Array.from(rows.labels),
      imgPaths: rows.imgPaths,
      bboxIds: rows.bboxIds,
      boxesNormalised: Float64Array.from(rows.normalised),
      photos: {
        boxesAbsolute: Float64Array.from(rows.absolute),
        imageSizes: Int32Array.from(rows.sizes),
        personIndices: Int32Array.from(rows.persons),
        rooms: rows.rooms,
        takenAt: rows.takenAt,
        groupKeys: rows.groups,
      },
    },
  }
}
