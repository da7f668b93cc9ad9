import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { countProject } from '#main/store/tables/project-counts.ts'
import { listFeatureSets } from '#main/store/tables/feature.ts'
import { listImports } from '#main/store/tables/import.ts'
import { labelHistory } from '#main/store/tables/label.ts'
import { listScenePhotos } from '#main/store/tables/scene.ts'
import { getStudent, studentsOfScene } from '#main/store/tables/student.ts'
import { temporaryFolder } from '../../support/compute.ts'
import { writePickleFile } from '../../support/feature-pickles.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { defaults, exchangeBench, goldenFeatures } from '../../support/exchange-bench.ts'
import { scenesNamed } from '../../support/scenes-named.ts'

describe('importing a feature pickle', () => {
  it('writes scenes, students, labels and vectors', async () => {
    const bench = exchangeBench()
    const summary = await bench.exchange.importFeatures(
      { ...defaults, file: goldenFeatures, split: 'train' },
      bench.call,
    )
    expect(summary).toMatchObject({ scenes: 5, students: 27, labels: 27, photosMatched: 0, omitted: [] })
    expect(summary.modalities).toEqual([
      { name: 'grouprec', width: 32 },
      { name: 'convnext', width: 24 },
    ])
    expect(countProject(bench.store())).toEqual({ scenes: 5, students: 27, labelled: 27, reviewedScenes: 0 })
    const scene = scenesNamed(bench.store(), 'scene_1.jpg')[0]
    expect(scene).toMatchObject({ widthPx: 640, heightPx: 480, hasPhoto: false, room: 'A', split: 'train' })
    expect(listImports(bench.store())).toMatchObject([
      { kind: 'features', rows: 27, contextOrigin: 'inside', split: 'train' },
    ])
  })

  it('brings an imported file up to date instead of doubling it', async () => {
    const bench = exchangeBench()
    await bench.exchange.importFeatures({ ...defaults, file: goldenFeatures }, bench.call)
    const studentId = bench.studentId('scene_1.jpg', 's_0')
    await bench.edit({ kind: 'label', studentId, classIndex: 4, source: 'person' })
    await bench.edit({ kind: 'box', studentId, box: { x1: 1, y1: 2, x2: 30, y2: 40 } })
    const before = countProject(bench.store())
    const again = await bench.exchange.importFeatures({ ...defaults, file: goldenFeatures, split: 'val' }, bench.call)
    expect(again.findings[0]).toMatchObject({ code: 'already-imported', severity: 'info' })
    expect(again.findings[0]?.message).toContain('27 students in 5 scenes were known already')
    expect(countProject(bench.store())).toEqual(before)
    expect(labelHistory(bench.store(), studentId).map(({ classIndex, source }) => [classIndex, source])).toHaveLength(2)
    expect(getStudent(bench.store(), studentId)).toMatchObject({
      box: { x1: 1, y1: 2, x2: 30, y2: 40 },
      boxEdited: true,
    })
    expect(listFeatureSets(bench.store())).toHaveLength(2)
    expect(listImports(bench.store())).toMatchObject([{ split: 'val' }])
    expect(readdirSync(join(bench.context.project.require().folder, 'features'))).toEqual(['import-1'])
  })

  it('tells of photos that another file had put into another split: one photo lies in one split', async () => {
    const bench = exchangeBench()
    await bench.exchange.importFeatures({ ...defaults, file: goldenFeatures, split: 'train' }, bench.call)
    const dict = readPickle(readFileSync(goldenFeatures), { file: goldenFeatures }) as Map<PickleValue, PickleValue>
    const metadata = dict.get('metadata') as Map<PickleValue, PickleValue>
    metadata.set('note', 'another file with the same photos')
    const file = writePickleFile(join(temporaryFolder(), 'val_features.pkl'), dict)
    const { findings } = await bench.exchange.importFeatures({ ...defaults, file, split: 'val' }, bench.call)
    expect(findings.filter(({ code }) => code === 'split-changed')).toMatchObject([
      {
        severity: 'warning',
        count: 5,
        examples: expect.arrayContaining(['images/scene_1.jpg (train before)']) as unknown,
      },
    ])
    // The same side again, or no side at all, changes nothing.
    for (const split of ['val', null]) {
      metadata.set('note', `once more ${split}`)
      const other = writePickleFile(join(temporaryFolder(), 'more_features.pkl'), dict)
      const summary = await bench.exchange.importFeatures({ ...defaults, file: other, split }, bench.call)
      expect(summary.findings.filter(({ code }) => code === 'split-changed')).toEqual([])
    }
    expect(scenesNamed(bench.store(), 'scene_1.jpg')[0]).toMatchObject({ split: 'val' })
  })

  it('is a job that others can watch, and says what changed', async () => {
    const bench = exchangeBench()
    const changes = bench.changes()
    await bench.exchange.importFeatures({ ...defaults, file: goldenFeatures }, bench.call)
    expect(bench.context.jobs.list()).toMatchObject([{ kind: 'import', subject: 'features.pkl', state: 'done' }])
    await new Promise(setImmediate)
    expect(changes.at(-1)?.topics).toContain('students')
  })

  it('leaves nothing behind when it is cancelled', async () => {
    const bench = exchangeBench()
    const controller = new AbortController()
    const running = bench.exchange.importFeatures({ ...defaults, file: goldenFeatures }, { signal: controller.signal })
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'job.cancelled' })
    expect(countProject(bench.store()).scenes).toBe(0)
    expect(listImports(bench.store())).toEqual([])
    expect(readdirSync(join(bench.context.project.require().folder, 'features'))).toEqual([])
  })

  describe.skipIf(!rafnetFolder)(`on the authors' files${rafnetFolder ? '' : ` (${withoutRafnet})`}`, () => {
    const features = join(rafnetFolder ?? '', 'features.pkl')

    it('imports 151 students in 3 scenes with their photos, and says what is odd', async () => {
      const bench = exchangeBench()
      const summary = await bench.exchange.importFeatures({ ...defaults, file: features }, bench.call)
      expect(summary).toMatchObject({ scenes: 3, students: 151, labels: 151, photosMatched: 3 })
      expect(summary.findings.map(({ code }) => code)).toEqual([
        'photo-root-found',
        'context-partial',
        'modalities-stale',
        'box-inverted',
      ])
      expect(summary.findings.at(-1)).toMatchObject({ count: 1, examples: ['166.jpg, student 1_36 (row 30)'] })
      const counts = ['166.jpg', '900.jpg', '89.jpg'].map((name) => {
        return studentsOfScene(bench.store(), scenesNamed(bench.store(), name)[0]!.id).length
      })
      expect(counts).toEqual([60, 40, 51])
      const scene = scenesNamed(bench.store(), '166.jpg')[0]
      expect(scene).toMatchObject({ relativePath: 'images/166.jpg', widthPx: 1280, heightPx: 720, hasPhoto: true })
      expect(listScenePhotos(bench.store()).every(({ contentHash }) => contentHash?.length === 64)).toBe(true)
    })

    it('keeps the stored box of row 30, inverted as it is', async () => {
      const bench = exchangeBench()
      await bench.exchange.importFeatures({ ...defaults, file: features }, bench.call)
      const student = getStudent(bench.store(), bench.studentId('166.jpg', '1_36'))
      expect(student?.box?.y1).toBeGreaterThan(student?.box?.y2 ?? Infinity)
      expect(student?.normalised?.h).toBeCloseTo(1e-6 / 720, 12)
    })

    it('works without the photos', async () => {
      const bench = exchangeBench()
      const empty = join(bench.folder, 'nothing')
      mkdirSync(empty)
      const summary = await bench.exchange.importFeatures({ ...defaults, file: features, photoRoot: empty }, bench.call)
      expect(summary).toMatchObject({ scenes: 3, students: 151, photosMatched: 0 })
      expect(summary.findings.map(({ code }) => code)).toContain('photo-missing')
      expect(scenesNamed(bench.store(), '89.jpg')[0]).toMatchObject({
        widthPx: 1280,
        heightPx: 720,
        hasPhoto: false,
      })
      expect(existsSync(join(bench.folder, 'Class.lectern/features/import-1/grouprec.bin'))).toBe(true)
    })
  })
})
