import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PickleFloat, PickleTuple } from '#main/codecs/pickle/values.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import { countProject } from '#main/store/tables/project-counts.ts'
import { listImports } from '#main/store/tables/import.ts'
import { getStudent } from '#main/store/tables/student.ts'
import { defaults, everything, exchangeBench, refusal } from '../../support/exchange-bench.ts'
import { dict, featureDict, floats, writePickleFile } from '../../support/feature-pickles.ts'
import { scenesNamed } from '../../support/scenes-named.ts'

const box = (...corners: number[]): PickleValue => [
  [new PickleFloat(corners[0]!), new PickleFloat(corners[1]!)],
  [new PickleFloat(corners[2]!), new PickleFloat(corners[3]!)],
]

const student = (bboxId: string, label: PickleValue, bbox: PickleValue = box(1, 2, 30, 40)): PickleValue =>
  dict({ bbox, bbox_id: bboxId, label })

const image = (imgPath: string, bboxes: PickleValue, change: Readonly<Record<string, PickleValue>> = {}): PickleValue =>
  dict({ img_path: imgPath, h_w: new PickleTuple([100, 200]), bboxes, ...change })

const split = (...images: PickleValue[]): PickleValue => dict({ images, metadata: dict({ made_by: 'us' }) })

function bench(value: PickleValue, name = 'val.pkl') {
  const made = exchangeBench()
  return { ...made, file: writePickleFile(join(made.folder, name), value) }
}

const request = { photoRoot: null, split: null }

describe('importing a split pickle', () => {
  const value = split(
    image('images/a.jpg', [student('s_0', NumpyScalar.int64(3)), student('s_1', -1)], {
      room_id: '3-201',
      datetime_iso: '2026-03-01T09:00:00',
    }),
    image('images/b.jpg', []),
  )

  it('writes scenes, boxes and labels under the name of the file', async () => {
    const { file, ...made } = bench(value)
    const summary = await made.exchange.importSplit({ ...request, file }, made.call)
    expect(summary).toMatchObject({ scenes: 2, students: 2, labels: 1, modalities: [] })
    expect(summary.findings.map(({ code }) => code)).toEqual(['labels-unlabelled', 'photo-missing'])
    expect(scenesNamed(made.store(), 'a.jpg')).toMatchObject([
      { widthPx: 200, heightPx: 100, room: '3-201', takenAt: '2026-03-01T09:00:00', split: 'val' },
    ])
    expect(getStudent(made.store(), made.studentId('a.jpg', 's_0'))).toMatchObject({
      box: { x1: 1, y1: 2, x2: 30, y2: 40 },
    })
    expect(countProject(made.store())).toMatchObject({ scenes: 2, students: 2, labelled: 1 })
  })

  it('is what importFile does with such a file', async () => {
    const { file, ...made } = bench(value)
    expect(await made.exchange.importFile({ ...request, file }, made.call)).toMatchObject({ scenes: 2, students: 2 })
    expect(listImports(made.store())).toMatchObject([{ kind: 'split', split: 'val' }])
    expect(made.context.jobs.list()).toMatchObject([{ state: 'done' }])
  })

  it('meets the students of a feature pickle, whichever comes first', async () => {
    const { file, ...made } = bench(value)
    const features = writePickleFile(join(made.folder, 'X.pkl'), featureDict(3))
    await made.exchange.importSplit({ ...request, file }, made.call)
    const summary = await made.exchange.importFeatures({ ...defaults, file: features }, made.call)
    expect(summary.findings[0]).toMatchObject({ code: 'students-known', count: 2 })
    expect(summary.findings[1]).toMatchObject({
      code: 'labels-differ',
      count: 1,
      examples: ['images/a.jpg, student s_0'],
    })
    expect(countProject(made.store())).toMatchObject({ scenes: 2, students: 3 })
    const plan = await made.exchange.planExport({ ...everything, split: 'val' }, made.call)
    expect(plan).toMatchObject({ students: 3, changes: [] })
    await made.exchange.importSplit({ ...request, file }, made.call)
    expect(countProject(made.store())).toMatchObject({ scenes: 2, students: 3 })
  })

  it('keeps two students of one id apart', async () => {
    const { file, ...made } = bench(split(image('a.jpg', [student('s', 1), student('s', 2)])))
    const summary = await made.exchange.importSplit({ ...request, file }, made.call)
    expect(summary.findings.map(({ code }) => code)).toEqual(['ids-duplicate', 'photo-missing'])
    expect(made.studentId('a.jpg', 's (2)')).toBeGreaterThan(made.studentId('a.jpg', 's'))
  })

  it('reads boxes that are arrays, four numbers, or inverted', async () => {
    const boxes = [floats([1, 2, 3, 4], 2, 2), [1, 2, 3, 4], box(9, 2, 3, 4)]
    const { file, ...made } = bench(
      split(
        image(
          'a.jpg',
          boxes.map((bbox, index) => student(`s_${index}`, null, bbox)),
        ),
      ),
    )
    const summary = await made.exchange.importSplit({ ...request, file }, made.call)
    expect(summary.findings.map(({ code }) => code)).toEqual(['labels-unlabelled', 'box-inverted', 'photo-missing'])
    expect(getStudent(made.store(), made.studentId('a.jpg', 's_0'))?.box).toEqual({ x1: 1, y1: 2, x2: 3, y2: 4 })
    expect(getStudent(made.store(), made.studentId('a.jpg', 's_2'))?.box).toEqual({ x1: 9, y1: 2, x2: 3, y2: 4 })
  })

  it.each<[string, PickleValue, string, object]>([
    ['no images', dict({ pictures: [] }), 'split.images-missing', {}],
    ['an image that is no dict', split('a.jpg'), 'split.malformed', { entry: 'images[0]' }],
    ['an image without a path', split(dict({ bboxes: [] })), 'split.malformed', { entry: 'images[0]' }],
    [
      'a box of three numbers',
      split(image('a.jpg', [student('s', 1, [1, 2, 3])])),
      'split.malformed',
      { entry: 'images[0].bboxes[0]' },
    ],
    [
      'a label that is text',
      split(image('a.jpg', [student('s', 'Listening')])),
      'split.malformed',
      { entry: 'images[0].bboxes[0]' },
    ],
    ['a size that is text', split(image('a.jpg', [], { h_w: 'large' })), 'split.malformed', { entry: 'images[0]' }],
  ])('refuses %s', async (_name, bad, code, details) => {
    const { file, ...made } = bench(bad)
    expect(await refusal(made.exchange.importSplit({ ...request, file }, made.call))).toMatchObject({ code, details })
    expect(listImports(made.store())).toEqual([])
  })
})
