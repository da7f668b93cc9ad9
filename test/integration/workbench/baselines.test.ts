import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import type { BaselineMessage } from '#shared/contract/training.ts'
import { writePickleFile } from '../../support/feature-pickles.ts'
import { fullProject, startRealWorkbench } from '../../support/real-workbench.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden/features.pkl')
const folder = mkdtempSync(join(tmpdir(), 'lectern-baselines-'))
const session = startRealWorkbench(folder)
const { client } = session
afterAll(async () => {
  await session.close()
  rmSync(folder, { recursive: true, force: true })
})

type Order = Parameters<typeof client.training.baselines>[0]
type End = Extract<BaselineMessage, { kind: 'end' }>

async function run(order: Order, from = client): Promise<{ messages: BaselineMessage[]; end: End }> {
  const messages: BaselineMessage[] = []
  for await (const message of from.training.baselines(order)) messages.push(message)
  const end = messages.at(-1)
  if (end?.kind !== 'end') throw new Error('baselines end with their results')
  return { messages, end }
}

/** RAFNet's YAML (JSON is YAML) of a small head on the golden features. */
function configIn(name: string, epochs = 2): string {
  const dataset = { name: 'multimodal_features', params: { features_path: golden } }
  const file = join(folder, `${name}.yaml`)
  const params = {
    hidden_dim: 16,
    modalities: ['grouprec', 'convnext', 'bbox_ctx', 'img_uid'],
    input_dims: [32, 24, 4, 1],
  }
  const config = {
    training: { seeds: [41, 42], num_epochs: epochs, batch_size: 10, output_dir: `results/training/${name}` },
    optimizer: { name: 'adamw', params: { lr: 0.003 } },
    loss: { name: 'focal', params: { gamma: 1.5 } },
    model: { name: 'context_graph_fusion_classifier', params },
    datasets: { train: dataset, val: dataset, test: dataset },
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

describe('baselines of a configuration', () => {
  const config = configIn('tiny')
  const order = { data: { kind: 'config' as const }, config, root: folder }

  test('are all that its features allow, told one after the other, and written', async () => {
    const out = join(folder, 'out')
    const { messages, end } = await run({ ...order, out })
    const [start] = messages
    expect(start).toMatchObject({
      kind: 'start',
      plan: { modalities: ['grouprec', 'convnext'], leakage: { photos: 5 } },
    })
    const names = start?.kind === 'start' ? start.baselines : []
    expect(names).toHaveLength(11)
    expect(messages.map(({ kind }) => kind)).toEqual(['start', ...names.map(() => 'result'), 'end'])
    expect(end.results.map(({ name }) => name)).toEqual(names)
    // What they were fitted on they know by heart, as test is train here.
    const accuracyOf = (name: string) => end.results.find((one) => one.name === name)?.accuracy
    expect(accuracyOf('logistic_concat')).toBe(100)
    expect(accuracyOf('mlp_concat')).toBe(100)
    expect(end.files).toEqual([join(out, 'baselines.json'), join(out, 'baselines.csv')])
    for await (const [job] of client.jobs.watch({})) {
      expect(job).toMatchObject({ kind: 'baselines', subject: 'tiny.yaml', state: 'done' })
      break
    }
    const written = JSON.parse(readFileSync(end.files[0]!, 'utf8')) as Record<string, unknown>
    expect(Object.keys(written)).toEqual(names)
    expect(written['late_fusion']).toMatchObject({
      status: 'ok',
      seeds: ['seed_41'],
      modalities: ['grouprec', 'convnext'],
      metrics: { test_accuracy_mean: accuracyOf('late_fusion'), test_accuracy_std: 0 },
    })
    const csv = readFileSync(end.files[1]!, 'utf8').split('\r\n')
    expect(csv[0]).toMatch(/^model,n_seeds,macro_f1_no_null_mean,.*,loss_mean,loss_std$/)
    expect(csv[1]).toMatch(/^logistic_grouprec,1,\d+\.\d{4},0\.0000,.*,,$/)
  })

  test('are the same for the same seed', async () => {
    const names = ['mlp_grouprec', 'low_rank_bilinear']
    const figuresOf = async (seed: number) =>
      (await run({ ...order, names, seed })).end.results.map(({ elapsedMs: _elapsedMs, ...figures }) => figures)
    expect(await figuresOf(7)).toEqual(await figuresOf(7))
  })

  test('that are unknown are refused with those there are; nothing is fitted', async () => {
    await expect(run({ ...order, names: ['svm_vit'] })).rejects.toMatchObject({
      code: 'baselines.unknown',
      details: { name: 'svm_vit' },
    })
  })

  test('need a configuration, which must be there', async () => {
    await expect(run({ data: { kind: 'config' } })).rejects.toMatchObject({ code: 'baselines.config-missing' })
    const gone = { data: { kind: 'config' as const }, config: join(folder, 'gone.yaml'), root: folder }
    await expect(run(gone)).rejects.toMatchObject({ code: 'exchange.file-missing' })
  })

  test('can be cancelled', async () => {
    const stop = new AbortController()
    const follow = async (): Promise<void> => {
      for await (const { kind } of client.training.baselines(order, { signal: stop.signal })) {
        if (kind === 'result') stop.abort()
      }
    }
    await expect(follow()).rejects.toMatchObject({ code: 'job.cancelled' })
    // The process is still there for others.
    expect((await run({ ...order, names: ['logistic_convnext'] })).end.results).toHaveLength(1)
  })
})

describe('baselines of files', () => {
  const files = (train: string) => ({ data: { kind: 'files' as const, train, val: golden, test: golden } })

  test('use every modality of vectors that the training file holds', async () => {
    const { end } = await run({ ...files(golden), names: ['late_fusion', 'logistic_concat'] })
    expect(end.results.map(({ name, accuracy }) => [name, accuracy])).toEqual([
      ['logistic_concat', 100],
      ['late_fusion', 100],
    ])
  })

  test('of one class only are refused by its name', async () => {
    const train = join(folder, 'one-class.pkl')
    const rows = 6
    const values = Float32Array.from({ length: rows * 32 }, (_, at) => Math.sin(at))
    writePickleFile(
      train,
      new Map<PickleValue, PickleValue>([
        ['grouprec', NdArray.of('float32', values, [rows, 32])],
        ['convnext', NdArray.of('float32', values.slice(0, rows * 24), [rows, 24])],
        ['labels', NdArray.of('int64', new BigInt64Array(rows).fill(2n))],
        ['metadata', new Map([['img_paths', ['a', 'b', 'c', 'd', 'e', 'f']]])],
      ]),
    )
    await expect(run(files(train))).rejects.toMatchObject({
      code: 'baselines.one-class',
      details: { class: 'Reading/Writing', students: 6 },
    })
  })
})

describe('baselines of a project', () => {
  test('are fitted on its labels, split by scene; nothing of it stays behind', async () => {
    const project = await fullProject()
    try {
      const before = readdirSync(project.project, { recursive: true }).length
      const { messages, end } = await run(
        { data: { kind: 'project' }, names: ['logistic_concat', 'svm_grouprec'] },
        project.client,
      )
      const [start] = messages
      if (start?.kind !== 'start') throw new Error('they start with their plan')
      const { splits } = start.plan
      expect(splits.train.students + splits.val.students + splits.test.students).toBe(27)
      expect(start.plan).toMatchObject({ leakage: null, problem: null })
      expect(end.results.map(({ name }) => name)).toEqual(['logistic_concat', 'svm_grouprec'])
      expect(end.files).toEqual([])
      expect(readdirSync(project.project, { recursive: true }).length).toBe(before)
    } finally {
      await project.close()
    }
  })

  test('need one that is open', async () => {
    await expect(run({ data: { kind: 'project' } })).rejects.toMatchObject({ code: 'project.none-open' })
  })
})

test('a run folder of Lectern’s own training is read back with the figures it told', async () => {
  const config = configIn('trained')
  const request = { config, root: folder, seeds: null, outputFolder: null, resume: false }
  let told: number | null = null
  for await (const message of client.training.run(request)) {
    if (message.kind === 'end') told = message.summary.test.macroF1NoNull.mean
  }
  const results = await client.evaluation.resultFolder({ folder: join(folder, 'results') })
  expect(results.problems).toEqual([])
  const trained = results.models.find(({ model }) => model === 'trained')
  expect(trained?.seeds.map(({ seed }) => seed)).toEqual([41, 42])
  expect(trained?.metrics.macroF1NoNull?.mean).toBe(told)
  expect(existsSync(join(folder, 'results', 'evaluation', 'final_results.csv'))).toBe(true)
})
