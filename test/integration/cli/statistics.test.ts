import { beforeAll, describe, expect, test } from 'vitest'
import { commandLine, predictedSample } from '../../support/command-line.ts'

let project: string

const cli = commandLine('built')
const { lectern, json } = cli

beforeAll(async () => void (project = await predictedSample(cli)), 120_000)

describe('statistics on the command line', () => {
  test('runs lists every run, newest first', async () => {
    const runs = await json<{ name: string; family: string; students: number }[]>('runs', project)
    expect(runs.map(({ name, students }) => [name, students])).toEqual([
      ['C+Spatial', 162],
      ['ConvNeXt', 162],
    ])
    expect(runs[1]?.family).toBe('multimodal_classifier')
    expect((await lectern('runs', project)).stdout).toMatch(/^run +model.*\nC\+Spatial/)
  })

  test('evaluate --models lists each run with its intervals, then mean and population sd', async () => {
    interface Run {
      model: string
      accuracy: number
      intervals: { accuracy: [number, number] }
    }
    interface Several {
      runs: Run[]
      summary: { accuracy: { count: number; mean: number; population_sd: number } }
    }
    const { runs, summary } = await json<Several>('evaluate', project, '--models', 'C+Spatial,ConvNeXt')
    const [a, b] = runs
    expect([a?.model, b?.model]).toEqual(['C+Spatial', 'ConvNeXt'])
    for (const { accuracy, intervals } of runs) {
      expect(intervals.accuracy[0]).toBeLessThan(accuracy)
      expect(intervals.accuracy[1]).toBeGreaterThan(accuracy)
    }
    expect(summary.accuracy.count).toBe(2)
    expect(summary.accuracy.mean).toBeCloseTo((a!.accuracy + b!.accuracy) / 2, 9)
    // Of two values the population sd is half their distance.
    expect(summary.accuracy.population_sd).toBeCloseTo(Math.abs(a!.accuracy - b!.accuracy) / 2, 9)
    const { stdout } = await lectern('evaluate', project, '--models', 'C+Spatial,ConvNeXt')
    expect(stdout).toMatch(/mean ± population sd +\d+\.\d\d ± \d\.\d\d/)
  })

  test('calibrate fits a temperature that makes the labels likelier', async () => {
    interface Reliability {
      ece: number
      nll: number
      bins: { students: number }[]
    }
    const figures = await json<{
      students: number
      temperature: number
      as_predicted: Reliability
      scaled: Reliability
    }>('calibrate', project, '--model', 'ConvNeXt')
    expect(figures.students).toBe(162)
    expect(figures.temperature).toBeGreaterThan(0.01)
    expect(figures.scaled.nll).toBeLessThan(figures.as_predicted.nll)
    expect(figures.as_predicted.bins.reduce((sum, bin) => sum + bin.students, 0)).toBe(162)
    expect((await lectern('calibrate', project)).stdout).toMatch(/^C\+Spatial: 162 students, temperature 0\.\d{4}/)
  })

  test('compare says on how many students each run is better, and p of every test', async () => {
    interface Compared {
      students: number
      scenes: number
      a: { accuracy: number }
      b: { accuracy: number }
      mcnemar: { only_a: number; only_b: number }
      tests: { test: string; difference: number; p: number; holm_p: number }[]
    }
    const figures = await json<Compared>('compare', project, 'C+Spatial', 'ConvNeXt')
    const { mcnemar, tests, a, b } = figures
    expect(figures).toMatchObject({ students: 162, scenes: 5 })
    expect((100 * (mcnemar.only_a - mcnemar.only_b)) / 162).toBeCloseTo(a.accuracy - b.accuracy, 9)
    expect(tests.map((one) => one.test)).toEqual(['mcnemar', 'accuracy', 'macro_f1_no_null'])
    for (const { p, holm_p: adjusted } of tests) {
      expect(p).toBeGreaterThan(0)
      expect(adjusted).toBeGreaterThanOrEqual(p)
    }
    const { stdout } = await lectern('compare', project, 'C+Spatial', 'ConvNeXt')
    expect(stdout).toContain(`only ConvNeXt on ${mcnemar.only_b}`)
    expect(stdout).toContain('5 scenes: no exchange of scenes can give a p below 0.0625.')
  })

  test('evaluate says how far two annotators agree', async () => {
    const label = (student: string, behaviour: string, annotator: string) =>
      json(
        'label',
        project,
        '--scene',
        'room-b-exam.jpg',
        '--student',
        `room-b-exam_${student}`,
        '--class',
        behaviour,
        '--annotator',
        annotator,
      )
    for (const annotator of ['Ada', 'Bo']) {
      await label('1', 'Listening', annotator)
      await label('2', annotator === 'Ada' ? 'Listening' : 'Null', annotator)
    }
    const { agreement } = await json<{ agreement: unknown }>('evaluate', project)
    expect(agreement).toEqual({
      annotators: [
        { name: 'Ada', students: 2 },
        { name: 'Bo', students: 2 },
      ],
      cohen: [{ annotators: ['Ada', 'Bo'], students: 2, agreement: 50, kappa: 0 }],
      fleiss: null,
    })
    expect((await lectern('evaluate', project)).stdout).toMatch(/Ada, Bo +2 +50\.00 +0\.000/)
  })

  test.each([
    ['evaluation.run-unknown', ['compare', 'PROJECT', 'C+Spatial', 'nobody']],
    ['evaluation.same-run', ['compare', 'PROJECT', 'ConvNeXt', 'ConvNeXt']],
    ['evaluation.run-unknown', ['evaluate', 'PROJECT', '--models', 'ConvNeXt,nobody']],
    ['evaluation.run-unknown', ['calibrate', 'PROJECT', '--model', 'nobody']],
    ['project.missing', ['runs', 'nowhere.lectern']],
  ])('%s', async (code, args) => {
    const result = await lectern(...args.map((one) => (one === 'PROJECT' ? project : one)), '--json')
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect((JSON.parse(result.stderr.trim().split('\n').at(-1)!) as { code: string }).code).toBe(code)
  })
})
