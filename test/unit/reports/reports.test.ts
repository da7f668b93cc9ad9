import { sampleNote } from '#shared/domain/sample-note.ts'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import type { Evaluation, FigureIntervals } from '#shared/contract/evaluation.ts'
import { csvLine, classesCsv, figuresCsv, noiseCsv, scenesCsv, studentsCsv } from '#main/reports/csv/csv-report.ts'
import { htmlReport } from '#main/reports/html/html-report.ts'
import { jsonReport } from '#main/reports/json/json-report.ts'
import type { ReportHead, ReportRun, ReportScene } from '#main/reports/report-model.ts'
import { classWord } from '#main/reports/report-words.ts'
import { describe, expect, test } from 'vitest'
import chinese from '../../../src-renderer/locales/zh-CN.json'

const score = { sceneId: 1, scene: 'a&b.jpg', students: 2, correct: 1, accuracy: 50, interval: [9.45, 90.55] as const }
const evaluation: Evaluation = {
  runId: 1,
  model: 'head',
  provider: 'cpu',
  students: 2,
  accuracy: { count: 1, total: 2, percent: 50, interval: [9.45, 90.55] },
  accuracyNoNull: { count: 1, total: 2, percent: 50, interval: [9.45, 90.55] },
  macroF1: 33.33,
  macroF1NoNull: 33.33,
  macroF1NonNullClasses: 33.33,
  weightedF1: 50,
  classes: rafnetClasses.map((one) => ({
    class: one,
    precision: 50,
    recall: 50,
    f1: 50,
    support: 1,
    recallInterval: [0, 100],
    precisionInterval: [0, 100],
  })),
  confusion: rafnetClasses.map((_, row) => rafnetClasses.map((__, column) => (row === 0 && column < 2 ? 1 : 0))),
  scenes: [score],
  withoutLabel: 1,
  withoutPrediction: 0,
}
const drawn = [21.25, 43.5] as const
const intervals: FigureIntervals = {
  runId: 1,
  scenes: 20,
  resamples: 2000,
  intervals: {
    accuracy: [40.5, 59.5],
    accuracyNoNull: null,
    macroF1: drawn,
    macroF1NoNull: drawn,
    macroF1NonNullClasses: drawn,
    weightedF1: null,
  },
  classF1: [[31, 69], null, null, null, null],
}
const withRun = (more: Partial<ReportRun>): ReportHead => head({ run: { ...head().run!, ...more } })
const head = (more: Partial<ReportHead> = {}): ReportHead => ({
  project: '<script>alert(1)</script>',
  note: null,
  classes: rafnetClasses,
  run: {
    name: 'head',
    family: 'multimodal_classifier',
    provider: 'cpu',
    providerReason: 'CUDA is missing',
    predictedAt: '2026-11-22T01:00:00Z',
    batching: 'scene',
    members: [],
    evaluation,
    intervals,
    predicted: new Map([
      [0, 1],
      [1, 2],
    ]),
  },
  labels: { students: 3, labelled: 2, counts: new Map([[0, 2]]) },
  noiseStudy: null,
  generatedAt: '2026-11-22T02:00:00Z',
  appVersion: '0.1.0',
  faces: 'pixelated',
  language: 'en',
  ...more,
})
const scene: ReportScene = {
  scene: 'a&b.jpg',
  relativePath: '课/a&b.jpg',
  room: '3-201',
  takenAt: null,
  reviewed: true,
  score,
  students: [
    {
      seat: 1,
      bboxId: '=1+1',
      truth: 0,
      truthSource: 'person',
      annotator: 'me',
      predicted: 0,
      confidence: 0.9,
      probabilities: [0.9, 0.1, 0, 0, 0],
    },
    {
      seat: 2,
      bboxId: '7',
      truth: 0,
      truthSource: 'imported',
      annotator: 'x',
      predicted: 1,
      confidence: 0.5,
      probabilities: [0.5, 0.5, 0, 0, 0],
    },
    {
      seat: 3,
      bboxId: '8',
      truth: null,
      truthSource: null,
      annotator: null,
      predicted: null,
      confidence: null,
      probabilities: null,
    },
  ],
  photo: Uint8Array.of(0xff, 0xd8),
}
async function* one(more: Partial<ReportScene> = {}) {
  await Promise.resolve()
  yield { ...scene, ...more }
}
const text = async (chunks: AsyncIterable<string>) => (await Array.fromAsync(chunks)).join('')

describe('HTML', () => {
  test('is self-contained, escapes names, marks the wrong prediction and says how faces are shown', async () => {
    const html = await text(htmlReport(head(), one()))
    expect(html).not.toMatch(/<script|src="http|<link/)
    expect(html).toContain('&lt;script&gt;alert(1)')
    expect(html).toContain('data:image/jpeg;base64,/9g=')
    expect(html.match(/class="wrong"/g)).toHaveLength(1)
    expect(html).toContain('Faces are pixelated')
    expect(html).not.toContain('style="')
  })

  test('says in Chinese what it says in English, and that faces are shown where they are', async () => {
    const html = await text(htmlReport(head({ language: 'zh-CN', faces: 'shown' }), one()))
    expect(html).toContain('lang="zh-CN"')
    expect(html).toContain('按报告制作者的明确选择显示面部')
    expect(html).not.toContain('Accuracy')
    for (const { name } of rafnetClasses) expect(html).toContain(classWord(name, 'zh-CN'))
    expect(html).not.toMatch(/Bowing Head|Listening/)
  })
})

test('classes have the words of the interface; names of one’s own and files for programs keep theirs', async () => {
  const interfaceNames = Object.values(chinese.classNames)
  expect(rafnetClasses.map((one) => classWord(one.name, 'zh-CN'))).toEqual(interfaceNames)
  expect(rafnetClasses.map((one) => classWord(one.name, 'en'))).toEqual(rafnetClasses.map((one) => one.name))
  expect(classWord('Sleeping', 'zh-CN')).toBe('Sleeping')
  expect(classWord('constructor', 'zh-CN')).toBe('constructor')
  expect(await text(studentsCsv(head({ language: 'zh-CN' }), one()))).toContain('Bowing Head')
})

describe('the figures of HTML', () => {
  const html = (run: Partial<ReportRun>, language: 'en' | 'zh-CN' = 'en') =>
    text(htmlReport({ ...withRun(run), language }, one()))
  const tileOf = (page: string, figure: string) => page.split(`<dt>${figure}</dt>`)[1]?.split('</div>')[0]

  test('carry their intervals: of scenes where there are enough, Wilson’s for the rates where not', async () => {
    const page = await html({})
    expect(tileOf(page, 'Accuracy')).toContain('50.00 %<small>1 of 2 · 95 % interval 40.5–59.5 %')
    expect(tileOf(page, 'Accuracy without Null')).toContain('1 of 2 · 95 % interval 9.4–90.5 %')
    expect(tileOf(page, 'Macro F1, no-null (the paper’s)')).toContain('n = 2 · 95 % interval 21.3–43.5 %')
    expect(tileOf(page, 'Weighted F1')).toContain('n = 2 · no interval')
    expect(page).toContain('2000 resamples of 20 whole scenes')
    expect(page).not.toContain('too much')
    const few = await html({ intervals: { ...intervals, scenes: 19 } })
    expect(tileOf(few, 'Accuracy')).toContain('1 of 2 · 95 % interval 9.4–90.5 %')
    expect(few).toContain('So few scenes promise too much')
    expect(await html({ intervals: { ...intervals, scenes: 1 } })).toContain('there are fewer than two')
  })

  test('of each class have intervals; those of few students are greyed and starred', async () => {
    const [first, ...others] = evaluation.classes
    const page = await html({ evaluation: { ...evaluation, classes: [{ ...first!, support: 10 }, ...others] } })
    const rows = page.split('<h2>Per class</h2>')[1]!.split('</table>')[0]!.split('<tr').slice(2)
    expect(rows).toHaveLength(5)
    expect(rows[0]).not.toContain('few')
    expect(rows[0]).toContain('<td>10</td>')
    expect(rows[0]).toContain('50.0 % <span class="quiet">31.0–69.0 %</span></td></tr>')
    expect(rows[1]).toContain(' class="few"')
    expect(rows[1]).toContain('<td>1*</td>')
    expect(rows[1]).toContain('50.0 % <span class="quiet">–</span></td></tr>')
    expect(page).toContain('* Fewer than 10 students')
  })

  test('say how students were batched where it was not by scene, and what an ensemble mixes', async () => {
    expect(await html({})).not.toMatch(/went through|Mixes/)
    const page = await html({
      batching: 'scene + rafnet:64',
      members: [
        { name: 'head <a>', weight: 2 / 3 },
        { name: 'head b', weight: 1 / 3 },
      ],
    })
    expect(page).toContain('Students went through the model: scene by scene + 64 consecutive rows at a time')
    expect(page).toContain('Mixes (with weights): head &lt;a&gt; (0.667), head b (0.333)')
    expect(await html({ batching: 'rafnet:8' }, 'zh-CN')).toContain('每次连续 8 行')
  })
})

describe('CSV', () => {
  test('starts with a byte order mark, quotes, and keeps formulas text', async () => {
    const csv = await text(studentsCsv(head(), one()))
    expect(csv.startsWith('\uFEFFscene,seat,')).toBe(true)
    const [, first, second, third] = csv.split('\r\n')
    expect(first).toBe("课/a&b.jpg,1,'=1+1,Bowing Head,person,me,Bowing Head,0.9,1,0.9,0.1,0,0,0")
    expect(second).toBe('课/a&b.jpg,2,7,Bowing Head,imported,x,Listening,0.5,0,0.5,0.5,0,0,0')
    expect(third).toBe('课/a&b.jpg,3,8,,,,,,,,,,,')
    expect(csvLine(['a"b', 'c,d', 'e\nf', null, 0])).toBe('"a""b","c,d","e\nf",,0\r\n')
  })

  test('scenes end with a line for all, classes carry their row of the confusion matrix', async () => {
    expect((await text(scenesCsv(head(), one()))).trimEnd().split('\r\n').at(-1)).toBe('all,2,1,50,9.45,90.55')
    expect(classesCsv(head()).split('\r\n')[1]).toBe('Bowing Head,1,50,50,50,31,69,1,1,1,0,0,0')
    expect(classesCsv(head()).split('\r\n')[2]).toBe('Listening,1,50,50,50,,,1,0,0,0,0,0')
  })
})

test('figures are a line each with interval and method; without a run there is none', () => {
  expect(figuresCsv(head()).trimEnd().split('\r\n')).toEqual([
    '\uFEFFfigure,percent,students,interval low,interval high,interval method',
    'accuracy,50,2,40.5,59.5,scene bootstrap',
    'accuracyNoNull,50,2,9.45,90.55,wilson',
    'macroF1NoNull,33.33,2,21.25,43.5,scene bootstrap',
    'macroF1NonNullClasses,33.33,2,21.25,43.5,scene bootstrap',
    'macroF1,33.33,2,21.25,43.5,scene bootstrap',
    'weightedF1,50,2,,,',
  ])
  expect(
    figuresCsv(head({ run: null }))
      .trimEnd()
      .split('\r\n'),
  ).toHaveLength(1)
})

test('JSON is one document with names for classes and no photos', async () => {
  const parsed = JSON.parse(await text(jsonReport(head(), one()))) as {
    scenes: { students: { truth: string | null }[] }[]
    evaluation: Evaluation
  }
  expect(parsed.evaluation).toEqual(evaluation)
  expect(parsed).toMatchObject({ intervals, about: { run: 'head', batching: 'scene', members: [] } })
  expect(parsed.scenes[0]!.students.map((student) => student.truth)).toEqual(['Bowing Head', 'Bowing Head', null])
  expect(JSON.stringify(parsed)).not.toContain('photo')
})

describe('without a run', () => {
  const labelsOnly = () => head({ run: null })

  test('HTML tells how many students have which label, with intervals, and asks nothing of a model', async () => {
    const html = await text(htmlReport(labelsOnly(), one({ score: null })))
    expect(html).toContain('Labels only')
    expect(html).toContain('2 of 3 students have a label')
    expect(html).toContain('<span>2 of 3 labelled</span>')
    expect(html).toContain('100.0 %')
    expect(html).not.toMatch(/Confusion|Accuracy|Prediction/)
  })

  test('the note of the sample is said in the language of the report', async () => {
    const html = await text(htmlReport(head({ note: sampleNote, language: 'zh-CN' }), one()))
    expect(html).toContain('合成示例')
    expect(html).not.toContain('Synthetic sample')
  })

  test('CSV counts classes per scene and over all', async () => {
    const scenes = (await text(scenesCsv(labelsOnly(), one()) as AsyncIterable<string>)).trimEnd().split('\r\n')
    expect(scenes).toEqual([
      '\uFEFFscene,students,labelled,Bowing Head,Listening,Reading/Writing,Null,Using Phone',
      '课/a&b.jpg,3,2,2,0,0,0,0',
      'all,3,2,2,0,0,0,0',
    ])
    expect(classesCsv(labelsOnly()).split('\r\n').slice(0, 2)).toEqual(['\uFEFFclass,students', 'Bowing Head,2'])
  })

  test('JSON has no evaluation but the labels', async () => {
    const parsed: unknown = JSON.parse(await text(jsonReport(labelsOnly(), one())))
    expect(parsed).toMatchObject({ about: { run: null }, evaluation: null, labels: { students: 3, labelled: 2 } })
  })
})

describe('what nobody has checked', () => {
  const unchecked = withRun({ evaluation: { ...evaluation, students: 0 } })
  const labelless = head({ run: null, labels: { students: 3, labelled: 0, counts: new Map() } })

  test('is told as predictions, without a rate of being right', async () => {
    const html = await text(htmlReport(unchecked, one({ score: null })))
    expect(html).toContain('Nobody has checked these predictions')
    expect(html).toContain('<td>2</td><td>66.7 %</td>')
    expect(html).not.toContain('Accuracy')
    expect(figuresCsv(unchecked)).toBe('\uFEFFfigure,percent,students,interval low,interval high,interval method\r\n')
    expect(classesCsv(unchecked)).toContain('Listening,2\r\n')
    expect(await text(scenesCsv(unchecked, one()))).toBe(
      '\uFEFFscene,students,predicted Bowing Head,predicted Listening,predicted Reading/Writing,predicted Null,predicted Using Phone\r\n' +
        '课/a&b.jpg,3,1,1,0,0,0\r\nall,3,1,2,0,0,0\r\n',
    )
    const json = JSON.parse(await text(jsonReport(unchecked, one()))) as { predicted: unknown[] }
    expect(json.predicted[1]).toEqual({ class: 'Listening', students: 2 })
  })

  test('with neither a label nor a model says who was found and what to do next', async () => {
    const html = await text(htmlReport(labelless, one({ score: null })))
    expect(html).toContain('3 students stand in these photos')
    expect(html).toContain('correct a few dozen students')
    const chinese = await text(htmlReport({ ...labelless, language: 'zh-CN' }, one({ score: null })))
    expect(chinese).toContain('3 名学生出现在这些照片中')
  })
})

test('a study of the noise joins every format; without one nothing speaks of it', async () => {
  const noiseStudy = {
    model: 'c<spatial>',
    weights: 'grouprec',
    at: '2026-11-22T03:00:00Z',
    draws: 20,
    students: 8,
    unstable: 2,
    classes: [{ classIndex: 1, students: 8, unstable: 2 }],
    accuracies: [50, 62.5],
    meanVectorDistance: 0.034,
  }
  const html = await text(htmlReport(head({ noiseStudy }), one()))
  expect(html).toContain('“c&lt;spatial&gt;” judged the same photos under 20 draws')
  expect(html).toContain('<b>2 of 8</b> students were not given the same class every time (25.0 %)')
  expect(html).toContain('50.0 % – 62.5 %')
  expect(noiseCsv(head({ noiseStudy }))).toContain('Listening,8,2,20\r\nall,8,2,20,50,62.5\r\n')
  expect(JSON.parse(await text(jsonReport(head({ noiseStudy }), one())))).toMatchObject({ noiseStudy })
  expect(await text(htmlReport(head(), one()))).not.toContain('noise')
})
