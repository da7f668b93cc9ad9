import { AppError } from '#shared/contract/app-error.ts'
import type { ExportSet, ExportSource, ExportStudent } from './export-student.ts'
import type { WriteModality } from './write-plan.ts'

export interface ModalityProblem {
  readonly code: 'features-missing' | 'features-unfit'
  readonly reason: string
}

export interface ModalityRows {
  /** Why a student cannot be exported, or null. */
  problemOf(student: ExportStudent, source: ExportSource | null): ModalityProblem | null
  /** Counts a student for `counts`, exported or not. */
  count(student: ExportStudent, source: ExportSource | null): void
  /** Takes the vectors of the next row; the student has no problem. */
  add(student: ExportStudent, source: ExportSource | null): void
  counts(): { readonly name: string; readonly width: number; readonly students: number }[]
  finish(): WriteModality[]
}

interface Column {
  readonly form: ExportSet
  /** All sets of the modality, newest first. */
  readonly sets: readonly ExportSet[]
  readonly files: ExportSet[]
  readonly fileOfRow: number[]
  readonly rows: number[]
  students: number
}

/** The set that a student's vector is taken from: its own file's, else the newest. */
function setOf(column: Column, student: ExportStudent, source: ExportSource | null): ExportSet | null {
  const own = column.sets.find((set) => set.importId === source?.importId && student.vectors.has(set.id))
  return own ?? column.sets.find((set) => student.vectors.has(set.id)) ?? null
}

function columnsOf(base: ExportSource, sets: readonly ExportSet[], names: readonly string[] | null): Column[] {
  const inBase = base.keys.filter((key) => base.modalities.includes(key))
  const wanted = names ?? inBase
  const ordered = [
    ...inBase.filter((name) => wanted.includes(name)),
    ...wanted.filter((name) => !inBase.includes(name)),
  ]
  return [...new Set(ordered)].map((name) => {
    const ofName = sets.filter(({ modality }) => modality === name).reverse()
    const form = ofName.find(({ importId }) => importId === base.importId) ?? ofName[0]
    if (!form) {
      const known = [...new Set(sets.map(({ modality }) => modality))].join(', ')
      throw new AppError(
        'export.modality-unknown',
        `This project has no features "${name}"; it has ${known || 'none'}.`,
        { modality: name },
      )
    }
    return { form, sets: ofName, files: [], fileOfRow: [], rows: [], students: 0 }
  })
}

/** Rows of every modality of an export, in the order of the first source's keys. Throws AppError `export.modality-unknown`. */
export function createModalityRows(
  base: ExportSource,
  sets: readonly ExportSet[],
  names: readonly string[] | null,
): ModalityRows {
  const columns = columnsOf(base, sets, names)
  return {
    problemOf: (student, source) => {
      const found = columns.map((column) => ({ column, set: setOf(column, student, source) }))
      const missing = found.filter(({ set }) => !set).map(({ column }) => column.form.modality)
      if (missing.length > 0) return { code: 'features-missing', reason: `no ${missing.join(', ')} features` }
      const unfit = found.find(({ column, set }) => set?.width !== column.form.width)
      if (!unfit) return null
      const { form } = unfit.column
      return {
        code: 'features-unfit',
        reason: `${form.modality} has ${unfit.set?.width} values instead of ${form.width}`,
      }
    },
    count: (student, source) => {
      for (const column of columns) if (setOf(column, student, source)) column.students += 1
    },
    add: (student, source) => {
      for (const column of columns) {
        const set = setOf(column, student, source)!
        const known = column.files.indexOf(set)
        column.fileOfRow.push(known < 0 ? column.files.push(set) - 1 : known)
        column.rows.push(student.vectors.get(set.id)!)
      }
    },
    counts: () => columns.map(({ form, students }) => ({ name: form.modality, width: form.width, students })),
    finish: () =>
      columns.map(({ form, files, fileOfRow, rows }) => ({
        name: form.modality,
        width: form.width,
        form: form.form,
        files: files.map(({ file, dtype }) => ({ file, dtype })),
        fileOfRow: Uint16Array.from(fileOfRow),
        rows: Uint32Array.from(rows),
      })),
  }
}
