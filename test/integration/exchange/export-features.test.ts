import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { hashFile } from '#main/exchange/files.ts'
import { differences } from '../../support/compare-pickles.ts'
import { copyInto, defaults, everything, exchangeBench, goldenFeatures, refusal } from '../../support/exchange-bench.ts'
import type { ExchangeBench } from '../../support/exchange-bench.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const sources = [
  { name: 'the golden features', file: goldenFeatures, scene: 'scene_1.jpg', student: 's_3', row: 3, skip: false },
  {
    name: rafnetFolder ? "the authors' features" : `the authors' features (${withoutRafnet})`,
    file: join(rafnetFolder ?? '', 'features.pkl'),
    scene: '166.jpg',
    student: '1_3',
    row: 23,
    skip: !rafnetFolder,
  },
]

const at = (value: PickleValue, ...keys: string[]): PickleValue =>
  keys.reduce<PickleValue>((inner, key) => (inner instanceof Map ? (inner.get(key) ?? null) : null), value)

async function imported(file: string): Promise<ExchangeBench> {
  const bench = exchangeBench()
  await bench.exchange.importFeatures({ ...defaults, file }, bench.call)
  return bench
}

async function exported(bench: ExchangeBench, change: object = {}): Promise<PickleValue> {
  const out = join(bench.folder, 'out.pkl')
  await bench.exchange.exportFeatures({ ...everything, ...change, out }, bench.call)
  return readPickleFile(out)
}

for (const source of sources) {
  describe.skipIf(source.skip)(`round trip of ${source.name}`, () => {
    it('gives back everything when nothing was corrected', async () => {
      const bench = await imported(source.file)
      const out = join(bench.folder, 'out.pkl')
      const summary = await bench.exchange.exportFeatures({ ...everything, out }, bench.call)
      expect(summary).toMatchObject({ changes: [], omitted: [], findings: [], bytes: readFileSync(out).byteLength })
      expect(summary.sha256).toBe(await hashFile(out))
      const written = readPickleFile(out)
      expect(differences(written, readPickleFile(source.file))).toEqual(['metadata.lectern: added'])
      expect(at(written, 'metadata', 'lectern', 'changes')).toEqual([])
      expect(at(written, 'metadata', 'lectern', 'source_sha256')).toEqual([await hashFile(source.file)])
    })

    it('changes one label and the metadata when one label was corrected', async () => {
      const bench = await imported(source.file)
      const studentId = bench.studentId(source.scene, source.student)
      await bench.edit({ kind: 'label', studentId, classIndex: 4, source: 'person' })
      const written = await exported(bench)
      const found = differences(written, readPickleFile(source.file))
      expect(found.map((path) => path.replace(/: element /, '[').replace(/(\[\d+)$/, '$1]')).sort()).toEqual([
        `labels[${source.row}]`,
        'metadata.lectern: added',
      ])
      const changes = at(written, 'metadata', 'lectern', 'changes')
      expect(changes).toHaveLength(1)
      expect(Object.fromEntries(Array.isArray(changes) && changes[0] instanceof Map ? changes[0] : [])).toMatchObject({
        img: `images/${source.scene}`,
        bbox_id: source.student,
        change: 'relabelled',
        to: 4,
        annotator: 'Ada',
        at: '2026-03-04T05:06:07.000Z',
      })
    })

    it('forgets a correction that was undone by another', async () => {
      const bench = await imported(source.file)
      const studentId = bench.studentId(source.scene, source.student)
      const labels = at(readPickleFile(source.file), 'labels')
      await bench.edit({ kind: 'label', studentId, classIndex: 4, source: 'person' })
      const plan = await bench.exchange.planExport(everything, bench.call)
      expect(plan.changes).toMatchObject([{ change: 'relabelled', to: 4 }])
      await bench.edit({ kind: 'label', studentId, classIndex: plan.changes[0]?.from ?? -1, source: 'person' })
      expect(differences(at(await exported(bench), 'labels'), labels)).toEqual([])
    })
  })
}

describe('what an export holds', () => {
  it('leaves out deleted and drawn students, and says why', async () => {
    const bench = await imported(goldenFeatures)
    await bench.edit({ kind: 'delete', studentId: bench.studentId('scene_5.jpg', 's_26') })
    const sceneId = 1
    await bench.edit({ kind: 'draw', sceneId, box: { x1: 1, y1: 1, x2: 50, y2: 60 }, classIndex: 1 })
    const plan = await bench.exchange.planExport(everything, bench.call)
    expect(plan.students).toBe(26)
    expect(plan.omitted).toEqual([
      {
        code: 'drawn-without-features',
        reason: 'new in this project and without features (no grouprec, convnext features)',
        count: 1,
      },
      { code: 'deleted', reason: 'deleted in this project', count: 1 },
    ])
    expect(plan.changes).toMatchObject([{ scene: 'scene_5.jpg', bboxId: 's_26', change: 'deleted', to: null }])
    const written = await exported(bench)
    const source = readPickleFile(goldenFeatures)
    const ids = at(source, 'metadata', 'bbox_ids')
    expect(at(written, 'metadata', 'bbox_ids')).toEqual(Array.isArray(ids) ? ids.filter((id) => id !== 's_26') : null)
  })

  it('moves only the box that was moved', async () => {
    const bench = await imported(goldenFeatures)
    await bench.edit({
      kind: 'box',
      studentId: bench.studentId('scene_1.jpg', 's_3'),
      box: { x1: 64, y1: 48, x2: 128, y2: 96 },
    })
    const written = await exported(bench)
    expect(differences(written, readPickleFile(goldenFeatures))).toEqual([
      'metadata.lectern: added',
      'context.bbox_xyxy_abs: element 12',
      'context.bbox_cxcywh_norm: element 12',
    ])
    const boxes = at(written, 'context', 'bbox_cxcywh_norm')
    expect(
      [...(boxes instanceof NdArray ? boxes.toFloat64().subarray(12, 16) : [])].map(
        (value) => Math.round(value * 1e6) / 1e6,
      ),
    ).toEqual([0.15, 0.15, 0.1, 0.1])
  })

  it('takes the students of one split or of some scenes in source order', async () => {
    const bench = await imported(goldenFeatures)
    const written = await exported(bench, { sceneIds: [3, 1] })
    const paths = at(written, 'metadata', 'img_paths')
    expect(Array.isArray(paths) && [...new Set(paths)]).toEqual(['images/scene_1.jpg', 'images/scene_3.jpg'])
    const persons = at(written, 'context', 'person_idx')
    expect(persons instanceof NdArray && [...persons.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4])
    expect(await refusal(bench.exchange.planExport({ ...everything, split: 'val' }, bench.call))).toMatchObject({
      code: 'export.no-scenes',
    })
  })

  it('takes chosen modalities only, and says so in the metadata', async () => {
    const bench = await imported(goldenFeatures)
    const written = await exported(bench, { modalities: ['convnext'] })
    expect(written instanceof Map && [...written.keys()]).toEqual(['convnext', 'labels', 'metadata', 'context'])
    expect(at(written, 'metadata', 'modalities')).toEqual(['convnext'])
    const error = await refusal(bench.exchange.planExport({ ...everything, modalities: ['vit'] }, bench.call))
    expect(error).toMatchObject({ code: 'export.modality-unknown', details: { modality: 'vit' } })
  })

  it('joins two files in the form of the first, and says so', async () => {
    const bench = await imported(goldenFeatures)
    const first = join(bench.folder, 'first.pkl')
    await bench.exchange.exportFeatures({ ...everything, sceneIds: [1], out: first }, bench.call)
    const second = join(bench.folder, 'second.pkl')
    await bench.exchange.exportFeatures({ ...everything, sceneIds: [2, 3, 4, 5], out: second }, bench.call)
    const joined = exchangeBench()
    await joined.exchange.importFeatures({ ...defaults, file: first, split: 'train' }, joined.call)
    await joined.exchange.importFeatures({ ...defaults, file: second, split: 'val' }, joined.call)
    const out = join(joined.folder, 'all.pkl')
    const summary = await joined.exchange.exportFeatures({ ...everything, out }, joined.call)
    expect(summary.findings.map(({ code }) => code)).toEqual(['sources-mixed'])
    const written = readPickleFile(out)
    const found = differences(written, readPickleFile(goldenFeatures))
    expect(found).toEqual(['metadata.lectern: added'])
    expect(at(written, 'metadata', 'lectern', 'previous')).toBeInstanceOf(Map)
    const val = await joined.exchange.planExport({ ...everything, split: 'val' }, joined.call)
    expect(val).toMatchObject({ students: 17, findings: [] })
  })

  it('omits students without a label in force, or writes −1 where asked to', async () => {
    const bench = exchangeBench()
    const unlabelled = copyInto(bench, goldenFeatures, 'unlabelled.pkl')
    await bench.exchange.importFeatures({ ...defaults, file: unlabelled }, bench.call)
    bench.store().prepare('UPDATE student SET label_id = NULL WHERE scene_id = 5').run()
    const omitted = await bench.exchange.planExport(everything, bench.call)
    expect(omitted).toMatchObject({
      students: 26,
      omitted: [{ code: 'unlabelled', reason: 'no label in force', count: 1 }],
    })
    const written = await exported(bench, { unlabelled: 'include' })
    expect(differences(written, readPickleFile(goldenFeatures))).toEqual([
      'labels: element 26',
      'metadata.lectern: added',
    ])
  })

  it('refuses to overwrite the imported file, and an export without students', async () => {
    const bench = await imported(goldenFeatures)
    const overwriting = bench.exchange.exportFeatures({ ...everything, out: goldenFeatures }, bench.call)
    expect(await refusal(overwriting)).toMatchObject({ code: 'export.overwrites-source' })
    await bench.edit({ kind: 'delete', studentId: bench.studentId('scene_5.jpg', 's_26') })
    const empty = bench.exchange.exportFeatures(
      { ...everything, sceneIds: [5], out: join(bench.folder, 'empty.pkl') },
      bench.call,
    )
    expect(await refusal(empty)).toMatchObject({ code: 'export.empty' })
    expect(readdirSync(bench.folder)).not.toContain('empty.pkl')
  })

  it('refuses a project without feature pickles', async () => {
    const bench = exchangeBench()
    bench
      .store()
      .prepare(
        `INSERT INTO scene (relative_path, file_name, sort_key, width_px, height_px, has_photo) VALUES ('a.jpg', 'a.jpg', 'a', 1, 1, 0)`,
      )
      .run()
    expect(await refusal(bench.exchange.planExport(everything, bench.call))).toMatchObject({ code: 'export.no-source' })
  })
})
