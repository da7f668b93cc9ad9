import { describe, expect, it } from 'vitest'
import { createExportBuilder } from '#main/exchange/rafnet/export-builder.ts'
import { unpackRows } from '#main/exchange/rafnet/pack-rows.ts'
import { chooseOrigin, orderEntries } from '#main/exchange/rafnet/export-student.ts'
import type { ExportEntry, ExportSet, ExportSource, ExportStudent } from '#main/exchange/rafnet/export-student.ts'

const aSource = (importId: number, change: Partial<ExportSource> = {}): ExportSource => ({
  importId,
  name: `file-${importId}.pkl`,
  sha256: `sha-${importId}`,
  split: null,
  keys: ['convnext', 'labels', 'metadata'],
  modalities: ['convnext'],
  formFile: 'form.pkl',
  contextFormFile: null,
  labels: Int32Array.from({ length: 10 }, () => 1),
  ...change,
})

const aSet = (id: number, importId: number, change: Partial<ExportSet> = {}): ExportSet => ({
  id,
  importId,
  modality: 'convnext',
  width: 3,
  dtype: 'f4',
  form: { container: 'array', dtype: '<f4' },
  file: `set-${id}.bin`,
  ...change,
})

/** A student of row `row` of import 1 with label 1, unless changed. */
const aStudent = (row: number, change: Partial<ExportStudent> = {}): ExportStudent => ({
  sceneId: 1,
  scene: 'a.jpg',
  size: { widthPx: 200, heightPx: 100 },
  bboxId: `s_${row}`,
  imgPath: 'images/a.jpg',
  box: { x1: 1, y1: 2, x2: 3, y2: 4 },
  boxEdited: false,
  deleted: false,
  label: { classIndex: 1, annotator: 'Ada', at: '2026' },
  rows: new Map([[1, row]]),
  vectors: new Map([[1, row]]),
  ...change,
})

const drawn = (bboxId: string, change: Partial<ExportStudent> = {}): ExportStudent =>
  aStudent(0, { bboxId, imgPath: 'a.jpg', rows: new Map(), vectors: new Map(), ...change })

interface Given {
  readonly sources?: readonly ExportSource[]
  readonly sets?: readonly ExportSet[]
  readonly modalities?: readonly string[] | null
  readonly unlabelled?: 'omit' | 'include'
  readonly split?: string | null
}

function plan(students: readonly ExportStudent[], given: Given = {}) {
  const { sources = [aSource(1)], sets = [aSet(1, 1)], modalities = null, unlabelled = 'omit', split = null } = given
  const builder = createExportBuilder({ sources, sets, modalities, unlabelled })
  const entries = students.map((student, place) => {
    return { sceneId: student.sceneId, place, origin: chooseOrigin(student, sources, split) }
  })
  const { ordered, peers } = orderEntries(entries)
  const candidateOf = ({ place, origin }: ExportEntry) => ({ student: students[place]!, origin })
  for (const entry of ordered) {
    const peer = peers.get(entry)
    builder.add(candidateOf(entry), peer ? candidateOf(peer) : null)
  }
  const planned = builder.finish()
  return { ...planned, rows: unpackRows(planned.rows) }
}

describe('what an export holds', () => {
  it('is nothing of nobody', () => {
    expect(plan([])).toMatchObject({ rows: [], plan: { students: 0, changes: [], omitted: [], findings: [] } })
  })

  it('is the rows in source order, whatever order they come in', () => {
    const { rows, modalities } = plan([aStudent(4), aStudent(0), aStudent(2)])
    expect(rows.map(({ row }) => row)).toEqual([0, 2, 4])
    expect([...(modalities[0]?.rows ?? [])]).toEqual([0, 2, 4])
    expect(rows.every(({ label, box, drawn: isNew }) => label === null && box === null && isNew === null)).toBe(true)
  })

  it('has labels only where they differ from the source', () => {
    const corrected = aStudent(1, { label: { classIndex: 4, annotator: 'Ada', at: '2026' } })
    const { rows, plan: planned, changes } = plan([aStudent(0), corrected])
    expect(rows.map(({ label }) => label)).toEqual([null, 4])
    expect(planned.changes).toEqual([{ scene: 'a.jpg', bboxId: 's_1', change: 'relabelled', from: 1, to: 4 }])
    expect(changes).toEqual([
      { img: 'images/a.jpg', bbox_id: 's_1', change: 'relabelled', from: 1, to: 4, annotator: 'Ada', at: '2026' },
    ])
  })

  it('takes −1 of the source for no label', () => {
    const source = aSource(1, { labels: Int32Array.of(-1, -1) })
    const included = plan([aStudent(0, { label: null }), aStudent(1)], { sources: [source], unlabelled: 'include' })
    expect(included.rows.map(({ label }) => label)).toEqual([null, 1])
    expect(included.plan.changes).toMatchObject([{ bboxId: 's_1', from: null, to: 1 }])
  })

  it('leaves out who is unlabelled, deleted or lacks a modality, by reason', () => {
    const sets = [aSet(1, 1), aSet(2, 1, { modality: 'grouprec' })]
    const source = aSource(1, { keys: ['grouprec', 'convnext'], modalities: ['grouprec', 'convnext'] })
    const both = new Map([
      [1, 0],
      [2, 0],
    ])
    const students = [
      aStudent(0, { vectors: both }),
      aStudent(1),
      aStudent(2, { vectors: both, label: null }),
      aStudent(3, { deleted: true }),
    ]
    const { plan: planned, modalities } = plan(students, { sources: [source], sets })
    expect(modalities.map(({ name }) => name)).toEqual(['grouprec', 'convnext'])
    expect(planned.students).toBe(1)
    expect(planned.modalities).toEqual([
      { name: 'grouprec', width: 3, students: 2 },
      { name: 'convnext', width: 3, students: 3 },
    ])
    expect(planned.omitted).toEqual([
      { code: 'features-missing', reason: 'no grouprec features', count: 1 },
      { code: 'unlabelled', reason: 'no label in force', count: 1 },
      { code: 'deleted', reason: 'deleted in this project', count: 1 },
    ])
  })

  it('appends drawn students who have features to their scene', () => {
    const vectors = new Map([[2, 7]])
    const students = [
      drawn('new_1', { vectors }),
      aStudent(0),
      aStudent(1),
      aStudent(2, { sceneId: 2, imgPath: 'images/b.jpg' }),
      drawn('new_2', { vectors }),
    ]
    const sets = [aSet(1, 1), aSet(2, 9)]
    const { rows, modalities, plan: planned } = plan(students, { sets })
    expect(rows.map(({ row, drawn: isNew }) => isNew?.bboxId ?? row)).toEqual([0, 1, 'new_1', 'new_2', 2])
    expect(rows[2]).toMatchObject({
      row: 1,
      label: 1,
      drawn: { imgPath: 'images/a.jpg' },
      box: { x1: 1, widthPx: 200 },
    })
    expect(modalities[0]?.files.map(({ file }) => file)).toEqual(['set-1.bin', 'set-2.bin'])
    expect([...(modalities[0]?.fileOfRow ?? [])]).toEqual([0, 0, 1, 1, 0])
    expect(planned.changes.map(({ change }) => change)).toEqual(['drawn', 'drawn'])
  })

  it('appends drawn students of a scene that no file has at the end', () => {
    const { rows } = plan([drawn('new', { sceneId: 5, imgPath: 'c.jpg', vectors: new Map([[1, 3]]) }), aStudent(0)])
    expect(rows.map(({ row, drawn: isNew }) => [row, isNew?.imgPath])).toEqual([
      [0, undefined],
      [null, 'c.jpg'],
    ])
  })

  it('says nothing of students who were drawn and deleted again', () => {
    expect(plan([aStudent(0), drawn('gone', { deleted: true })]).plan).toMatchObject({
      students: 1,
      omitted: [],
      changes: [],
    })
  })

  it('counts a moved box as a change of its own', () => {
    const { rows, plan: planned } = plan([aStudent(0, { boxEdited: true })])
    expect(rows[0]?.box).toEqual({ x1: 1, y1: 2, x2: 3, y2: 4, widthPx: 200, heightPx: 100 })
    expect(planned.changes).toMatchObject([{ change: 'moved', from: 1, to: 1 }])
  })

  it('leaves out vectors of another width, and converts another dtype', () => {
    const sets = [aSet(1, 1), aSet(2, 2, { width: 4 }), aSet(3, 3, { dtype: 'f8' })]
    const sources = [aSource(1), aSource(2), aSource(3)]
    const of = (importId: number) => ({ rows: new Map([[importId, 0]]), vectors: new Map([[importId, 0]]) })
    const { plan: planned } = plan([aStudent(0), aStudent(0, of(2)), aStudent(0, of(3))], { sources, sets })
    expect(planned.omitted).toEqual([
      { code: 'features-unfit', reason: 'convnext has 4 values instead of 3', count: 1 },
    ])
    expect(planned.findings.map(({ code }) => code)).toEqual(['sources-mixed', 'dtype-converted'])
    expect(planned.findings[0]?.examples).toEqual(['file-1.pkl', 'file-3.pkl'])
  })

  it('refuses a modality that nobody has, and a project without sources', () => {
    expect(() => plan([], { modalities: ['vit'] })).toThrowError(
      expect.objectContaining({ code: 'export.modality-unknown' }),
    )
    expect(() => plan([], { sources: [] })).toThrowError(expect.objectContaining({ code: 'export.no-source' }))
  })
})

describe('a student whom several files have', () => {
  const rows = new Map([
    [1, 5],
    [2, 6],
  ])
  const student = aStudent(0, { rows })

  it('comes from the newest', () => {
    expect(chooseOrigin(student, [aSource(1), aSource(2)], null)).toEqual({ source: 1, row: 6 })
  })

  it('comes from the one with most modalities', () => {
    const richer = aSource(1, { modalities: ['convnext', 'grouprec'] })
    expect(chooseOrigin(student, [richer, aSource(2)], null)).toEqual({ source: 0, row: 5 })
  })

  it('comes from the file of the split that is exported', () => {
    const sources = [aSource(1, { split: 'val' }), aSource(2, { modalities: ['convnext', 'grouprec'], split: 'train' })]
    expect(chooseOrigin(student, sources, 'val')).toEqual({ source: 0, row: 5 })
  })

  it('comes from nowhere where no file has it', () => {
    expect(chooseOrigin(drawn('x'), [aSource(1)], null)).toBeNull()
  })
})
