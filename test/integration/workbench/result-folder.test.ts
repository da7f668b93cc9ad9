import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/store.ts'
import { inCall, testWorkbench } from '../../support/workbench.ts'

function put(folder: string, path: string, content: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}

/** As `json.dump(results, file, indent=2)` of Python writes it. */
const pythonResults = (seed: number, macroF1NoNull: string, more = ''): string => `{
  "model": "gated",
  "seed": ${seed},
  "best_epoch": 12,
  "best_val_macro_f1_no_null": 61.5,
  "test_macro_f1": 50.0,
  "test_macro_f1_no_null": ${macroF1NoNull},
  "test_accuracy": 61.25,
  "test_accuracy_no_null": 62.0,
  "test_loss": 0.75,
  "git_commit": "N/A",
  "timestamp": "2025-01-02T03:04:05.678901"${more}
}`

const read = (folder: string, out: string | null = null) =>
  testWorkbench().handlers.evaluation.resultFolder({ folder, out }, inCall)

describe('results of RAFNet', () => {
  test('are summed up over seeds, from any folder above, and written as RAFNet writes them', async () => {
    const folder = temporaryFolder()
    put(folder, 'results/training/gated/seed_43/results.json', pythonResults(43, '64.0'))
    put(folder, 'results/training/gated/seed_41/results.json', pythonResults(41, '60.0'))
    put(folder, 'results/training/plain/seed_41/results.json', pythonResults(41, '0.5'))
    const out = join(folder, 'evaluation')
    const { models, problems } = await read(folder, out)
    expect(problems).toEqual([])
    expect(models.map(({ model, seeds }) => [model, seeds.map(({ seed }) => seed)])).toEqual([
      ['gated', [41, 43]],
      ['plain', [41]],
    ])
    expect(models[0]?.metrics.macroF1NoNull).toEqual({ mean: 62, std: 2, min: 60, max: 64 })
    expect(models[0]?.seeds[0]).toMatchObject({ bestEpoch: 12, macroF1NoNull: 60, accuracy: 61.25, loss: 0.75 })
    // A macro F1 below 1 is a fraction of 1.
    expect(models[1]?.seeds[0]?.macroF1NoNull).toBe(50)
    expect(JSON.parse(readFileSync(join(out, 'final_results.json'), 'utf8'))).toMatchObject({
      gated: {
        status: 'ok',
        seeds: ['seed_41', 'seed_43'],
        n_seeds: 2,
        metrics: { test_macro_f1_no_null_mean: 62, test_macro_f1_no_null_std: 2, test_loss_min: 0.75 },
      },
    })
    const csv = readFileSync(join(out, 'final_results.csv'), 'utf8').split('\r\n')
    expect(csv[1]).toBe('gated,2,62.0000,2.0000,50.0000,0.0000,61.2500,0.0000,62.0000,0.0000,0.7500,0.0000')
    expect(csv[2]).toMatch(/^plain,1,50\.0000,/)
  })

  test('from the model’s own folder, and from a seed’s', async () => {
    const folder = temporaryFolder()
    put(folder, 'gated/seed_41/results.json', pythonResults(41, '60.0'))
    for (const start of ['gated', 'gated/seed_41']) {
      const { models } = await read(join(folder, start))
      expect(models.map(({ model, seeds }) => [model, seeds.length])).toEqual([['gated', 1]])
    }
  })

  test('with figures that nobody knows count for what they have', async () => {
    const folder = temporaryFolder()
    put(
      folder,
      'm/seed_1/results.json',
      '{"seed": 1, "test_macro_f1_no_null": "N/A", "test_accuracy": 60.0, "test_loss": NaN}',
    )
    put(
      folder,
      'm/seed_2/results.json',
      '{"test_macro_f1_no_null": 50.0, "test_accuracy": null, "note": "NaN \\" Infinity"}',
    )
    const { models, problems } = await read(folder)
    expect(problems).toEqual([])
    expect(models[0]?.seeds).toMatchObject([
      { seed: 1, macroF1NoNull: null, accuracy: 60, loss: null },
      { seed: 2, macroF1NoNull: 50, accuracy: null },
    ])
    expect(models[0]?.metrics).toMatchObject({ macroF1NoNull: { mean: 50 }, accuracy: { mean: 60 }, loss: null })
  })

  test('of seeds that only a summary knows, and of folders of one name', async () => {
    const folder = temporaryFolder()
    put(folder, 'a/m/seed_1/results.json', pythonResults(1, '60.0'))
    put(folder, 'a/m/all_seeds_summary.json', `[${pythonResults(1, '99.0')}, ${pythonResults(2, '62.0')}]`)
    put(folder, 'b/m/results.json', pythonResults(7, '50.0'))
    const { models } = await read(folder)
    expect(
      models.map(({ model, seeds }) => [model, seeds.map(({ seed, macroF1NoNull }) => [seed, macroF1NoNull])]),
    ).toEqual([
      [
        'a/m',
        [
          [1, 60],
          [2, 62],
        ],
      ],
      ['b/m', [[7, 50]]],
    ])
  })

  test('of ensembles, which only final results know, are carried on with what they mix', async () => {
    const folder = temporaryFolder()
    put(folder, 'training/m/seed_1/results.json', pythonResults(1, '60.0'))
    const components = { m: { seeds: ['seed_1'], weight: 0.5 } }
    const metrics = { test_macro_f1_no_null_mean: 66, test_macro_f1_no_null_std: 1, test_accuracy_mean: 70 }
    const finals = {
      mix: { status: 'ok', seeds: ['seed_1'], n_seeds: 1, metrics, component_models: components },
      gone: { status: 'ok', seeds: ['seed_9'], n_seeds: 1, metrics },
    }
    put(folder, 'evaluation/final_results.json', JSON.stringify(finals))
    const { models } = await read(folder, join(folder, 'out'))
    expect(models.map(({ model }) => model)).toEqual(['m', 'mix'])
    expect(models[1]).toMatchObject({
      seeds: [{ seed: 1, macroF1NoNull: null }],
      metrics: { macroF1NoNull: { mean: 66, std: 1, min: 66, max: 66 }, accuracy: { mean: 70, std: 0 }, loss: null },
    })
    const written = JSON.parse(readFileSync(join(folder, 'out', 'final_results.json'), 'utf8')) as Record<
      string,
      unknown
    >
    expect(written['mix']).toEqual(finals.mix)
    expect(Object.keys(written)).toEqual(['m', 'mix'])
  })

  test('that cannot be read are told one by one, and the others count', async () => {
    const folder = temporaryFolder()
    put(folder, 'm/seed_1/results.json', pythonResults(1, '60.0'))
    const cut = put(folder, 'm/seed_2/results.json', pythonResults(2, '60.0').slice(0, 40))
    const list = put(folder, 'm/seed_3/results.json', '[]')
    const none = put(folder, 'm/seed_4/results.json', '{"seed": 4}')
    const nameless = put(folder, 'elsewhere/results.json', '{"test_accuracy": 60.0}')
    const large = put(folder, 'm/seed_5/results.json', ' '.repeat(17 * 2 ** 20))
    const { models, problems } = await read(folder)
    expect(models.map(({ model, seeds }) => [model, seeds.length])).toEqual([['m', 1]])
    const reasonOf = (file: string) => problems.find((one) => one.file === file)?.reason
    expect(reasonOf(cut)).toContain('no JSON')
    expect(reasonOf(list)).toContain('mapping')
    expect(reasonOf(none)).toContain('no test figures')
    expect(reasonOf(nameless)).toContain('which seed')
    expect(reasonOf(large)).toContain('larger than 16 MiB')
    expect(problems).toHaveLength(5)
  })

  test.skipIf(process.platform === 'win32')('behind links are read once, also where a link leads back', async () => {
    const folder = temporaryFolder()
    put(folder, 'real/m/seed_1/results.json', pythonResults(1, '60.0'))
    mkdirSync(join(folder, 'asked'))
    symlinkSync(join(folder, 'real'), join(folder, 'asked', 'linked'))
    symlinkSync(join(folder, 'asked'), join(folder, 'real', 'back'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'asked', 'broken'))
    const { models, problems } = await read(join(folder, 'asked'))
    expect(models.map(({ seeds }) => seeds.length)).toEqual([1])
    expect(problems).toEqual([])
  })

  test('that are not there are an error that says what was looked for', async () => {
    const folder = temporaryFolder()
    await expect(read(folder)).rejects.toMatchObject({ code: 'evaluation.no-results', details: { folder } })
    await expect(read(join(folder, 'gone'))).rejects.toMatchObject({ code: 'file.missing' })
    await expect(read(put(folder, 'file', ''))).rejects.toMatchObject({ code: 'file.failed' })
    const aborted = testWorkbench().handlers.evaluation.resultFolder(
      { folder, out: null },
      { signal: AbortSignal.abort() },
    )
    await expect(aborted).rejects.toMatchObject({ code: 'job.cancelled' })
  })
})
