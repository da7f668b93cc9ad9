import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { commandLine, predictedSample } from '../../support/command-line.ts'

const root = resolve(import.meta.dirname, '../../..')
const golden = join(root, 'test', 'fixtures', 'golden', 'features.pkl')
let project: string

const cli = commandLine('source')
const { folder, lectern, json } = cli

beforeAll(async () => void (project = await predictedSample(cli)), 120_000)

interface Spread {
  mean: number
  population_sd: number
  min: number
  max: number
}

describe('evaluate --models', () => {
  test('spreads figures and classes over runs, on the students that all share', async () => {
    interface Several {
      runs: { model: string; accuracy: number; on_shared_students: { accuracy: number } }[]
      shared_students: number
      summary: { accuracy: Spread & { count: number } }
      per_class: { class: string; support: number; f1: Spread }[]
    }
    const several = await json<Several>('evaluate', project, '--models', 'C+Spatial, ConvNeXt')
    expect(several.shared_students).toBe(162)
    const accuracies = several.runs.map((run) => run.accuracy)
    expect(several.runs.map((run) => run.on_shared_students.accuracy)).toEqual(accuracies)
    expect(several.summary.accuracy).toMatchObject({
      count: 2,
      min: Math.min(...accuracies),
      max: Math.max(...accuracies),
    })
    expect(several.per_class.map((one) => one.class)).toContain('Using Phone')
    expect(several.per_class.reduce((sum, { support }) => sum + support, 0)).toBe(162)
    for (const { f1 } of several.per_class) expect(f1.max - f1.mean).toBeCloseTo(f1.population_sd, 9)
    const { stdout } = await lectern('evaluate', project, '--models', 'C+Spatial,ConvNeXt')
    expect(stdout).toMatch(/^2 runs on the 162 students/)
    expect(stdout).toMatch(/Using Phone( +\d+\.\d\d ± \d+\.\d\d){3} +27/)
  })

  test.each([
    ['one name', 'ConvNeXt', 'cli.usage'],
    ['a run twice', 'ConvNeXt,ConvNeXt', 'evaluation.same-run'],
  ])('refuses %s', async (_name, models, code) => {
    const { code: exit, stderr } = await lectern('evaluate', project, '--models', models, '--json')
    expect([exit, (JSON.parse(stderr) as { code: string }).code]).toEqual([1, code])
  })
})

describe('ensemble', () => {
  interface Made {
    model: string
    students: number
    macro_f1_no_null: number
    intervals: { scenes: number }
    ensemble: {
      members: { name: string; weight: number }[]
      weighting: string
      search: { tried: number; best_macro_f1_no_null: number; equal_macro_f1_no_null: number } | null
      findings: { code: string }[]
    }
  }

  test('with weights is a run like others, with the keys of evaluate', async () => {
    const made = await json<Made>(
      'ensemble',
      project,
      '--models',
      'C+Spatial,ConvNeXt',
      '--weights',
      '3,1',
      '--name',
      'mix',
    )
    expect(made).toMatchObject({ model: 'mix', students: 162, intervals: { scenes: 5 } })
    expect(made.ensemble).toMatchObject({
      weighting: 'given',
      members: [{ name: 'C+Spatial', weight: 0.75 }, { weight: 0.25 }],
      search: null,
      findings: [],
    })
    const again = await json<Record<string, unknown>>('evaluate', project, '--model', 'mix')
    const { ensemble: _ensemble, ...figures } = made
    expect(again).toMatchObject(figures)
  })

  test('with a search says what it tried, and that its figures flatter it', async () => {
    const made = await json<Made>('ensemble', project, '--models', 'C+Spatial,ConvNeXt', '--search', '--name', 'best')
    const { search, findings } = made.ensemble
    expect(search?.tried).toBe(21)
    expect(search?.best_macro_f1_no_null).toBe(made.macro_f1_no_null)
    expect(made.macro_f1_no_null).toBeGreaterThanOrEqual(search?.equal_macro_f1_no_null ?? 100)
    expect(findings.map(({ code }) => code)).toEqual(['ensemble.searched-on-evaluated'])
  })

  test.each([
    ['weights that are no numbers', ['--weights', 'a,b'], 'cli.usage'],
    ['one weight too few', ['--weights', '1'], 'cli.usage'],
    ['weights and a search', ['--weights', '1,1', '--search'], 'cli.usage'],
    ['a split that nothing belongs to', ['--search', 'val'], 'ensemble.split-unknown'],
  ])('refuses %s', async (_name, options, code) => {
    const { code: exit, stderr } = await lectern(
      'ensemble',
      project,
      '--models',
      'C+Spatial,ConvNeXt',
      ...options,
      '--json',
    )
    expect([exit, (JSON.parse(stderr) as { code: string }).code]).toEqual([1, code])
  })
})

describe('baselines', () => {
  test('of a project are judged on its test scenes', async () => {
    const out = join(folder, 'baselines')
    const names = ['--names', 'logistic_concat,late_fusion', '--shares', '60,20,20']
    const result = await json<{
      baselines: { name: string; test_accuracy: number }[]
      plan: { splits: { train: { students: number }; test: { students: number } } }
    }>('baselines', project, ...names, '--out', out)
    expect(result.baselines.map(({ name }) => name)).toEqual(['logistic_concat', 'late_fusion'])
    expect(result.plan.splits.train.students).toBeGreaterThan(result.plan.splits.test.students)
    expect(existsSync(join(out, 'baselines.csv'))).toBe(true)
  })

  test('of a configuration need no project', async () => {
    const dataset = { name: 'multimodal_features', params: { features_path: golden } }
    const config = {
      optimizer: { name: 'adamw', params: { lr: 0.003 } },
      model: { name: 'multimodal_classifier', params: { modalities: ['grouprec', 'convnext'], input_dims: [32, 24] } },
      datasets: { train: dataset, val: dataset, test: dataset },
    }
    writeFileSync(join(folder, 'tiny.yaml'), JSON.stringify(config))
    const { code, stdout, stderr } = await lectern('baselines', '--config', 'tiny.yaml', '--names', 'svm_grouprec')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^baseline +macro F1 no-null.*\nsvm_grouprec +\d/)
    expect(stderr).toContain('training.leakage')
  })

  test.each([
    ['neither a project nor a configuration', [], 'cli.usage'],
    ['a name that is none', ['PROJECT', '--names', 'svm_vit'], 'baselines.unknown'],
    ['no names', ['PROJECT', '--names', ','], 'cli.usage'],
  ])('refuse %s', async (_name, args, code) => {
    const given = args.map((one) => (one === 'PROJECT' ? project : one))
    const { code: exit, stderr } = await lectern('baselines', ...given, '--json')
    expect([exit, (JSON.parse(stderr) as { code: string }).code]).toEqual([1, code])
  })
})

describe('aggregate', () => {
  test('sums up a folder that Python wrote', async () => {
    for (const [seed, macroF1] of [
      [41, 60],
      [42, 64],
    ]) {
      const run = join(folder, 'results', 'training', 'gated', `seed_${seed}`)
      mkdirSync(run, { recursive: true })
      const figures = { test_macro_f1_no_null: macroF1, test_accuracy: 61, test_loss: 0.5 }
      writeFileSync(join(run, 'results.json'), JSON.stringify({ seed, ...figures }, null, 2))
    }
    writeFileSync(join(folder, 'results', 'training', 'gated', 'all_seeds_summary.json'), '[{')
    const { code, stdout, stderr } = await lectern('aggregate', 'results', '--out', 'summed')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^model .*\ngated +2 +62\.00 ± 2\.00 +unknown +61\.00 ± 0\.00/)
    expect(stdout).toContain('gated seed_41')
    expect(stderr).toMatch(/left out: .*all_seeds_summary\.json: it is no JSON/)
    expect(readFileSync(join(folder, 'summed', 'final_results.csv'), 'utf8')).toContain(
      'gated,2,62.0000,2.0000,,,61.0000',
    )
  })
})
