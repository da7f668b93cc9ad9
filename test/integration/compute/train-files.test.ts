import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import type { Finding } from '#shared/contract/summary.ts'
import { computeEntry, startCompute, temporaryFolder } from '../../support/compute.ts'
import { writePickleFile } from '../../support/feature-pickles.ts'
import { collect, configIn, endOf, goldenFeatures, inputFor } from '../../support/train-runs.ts'

const compute = startCompute()
const short = { num_epochs: 1, seeds: [41] }

describe('what lies where a training writes', () => {
  const run = async (folder: string) =>
    endOf(await collect(compute.training.run(inputFor(configIn(folder, short), folder))))
  const shared = (folder: string): string => join(folder, 'results', 'evaluation', 'final_results.json')
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const evaluation = (folder: string): Record<string, unknown> =>
    JSON.parse(readFileSync(shared(folder), 'utf8')) as Record<string, unknown>

  test('models of Python that has NaN in its figures stay beside the new one', async () => {
    const folder = temporaryFolder()
    const entry =
      '{"status": "ok", "seeds": ["seed_1"], "n_seeds": 1, "metrics": {"test_loss_mean": NaN, "test_accuracy_mean": 61.5}}'
    put(shared(folder), `{"gated": ${entry}, "cut": {"status": "missing"}, "nothing": null}`)
    await run(folder)
    expect(evaluation(folder)).toMatchObject({
      gated: { seeds: ['seed_1'], metrics: { test_accuracy_mean: 61.5 } },
      cut: { status: 'missing' },
      nothing: null,
      tiny: { seeds: ['seed_41'] },
    })
    const table = readFileSync(join(folder, 'results', 'evaluation', 'final_results.csv'), 'utf8')
    expect(table.split('\r\n').map((line) => line.split(',')[0])).toEqual(['model', 'gated', 'tiny', ''])
  })

  test.each(['{"cut off": ', '[1, 2]'])(
    'a file of results that is no mapping stays as it is, and is told: %s',
    async (text) => {
      const folder = temporaryFolder()
      put(shared(folder), text)
      const { findings, files } = await run(folder)
      expect(findings.filter(({ code }) => code === 'training.evaluation-kept')).toMatchObject([
        { examples: [shared(folder)] },
      ])
      expect(readFileSync(shared(folder), 'utf8')).toBe(text)
      expect(files).not.toContain(shared(folder))
      expect(files).toContain(join(folder, 'results', 'training', 'tiny', 'final_results.json'))
    },
  )

  test.each([join('results', 'evaluation'), join('results', 'training', 'tiny')])(
    'a file in the place of the folder %s is told before anything is trained',
    async (place) => {
      const folder = temporaryFolder()
      put(join(folder, place), 'mine')
      const kinds: string[] = []
      const watch = async (): Promise<void> => {
        for await (const { kind } of compute.training.run(inputFor(configIn(folder, short), folder))) kinds.push(kind)
      }
      await expect(watch()).rejects.toMatchObject({ code: 'training.write-failed', details: { system: 'ENOTDIR' } })
      expect(kinds).toEqual([])
      expect(readFileSync(join(folder, place), 'utf8')).toBe('mine')
    },
  )

  test('a folder named like a file of results is left, and told', async () => {
    const folder = temporaryFolder()
    const place = join(folder, 'results', 'training', 'tiny', 'seed_41', 'results.json')
    put(join(place, 'note.txt'), 'mine')
    await expect(run(folder)).rejects.toMatchObject({ code: 'training.write-failed', details: { file: place } })
    expect(readFileSync(join(place, 'note.txt'), 'utf8')).toBe('mine')
  })

  test('what a killed process had not written to its end goes when the training goes on; other files stay', async () => {
    const folder = temporaryFolder()
    const seed = join(folder, 'results', 'training', 'tiny', 'seed_41')
    const config = configIn(folder, { num_epochs: 3, seeds: [41] })
    const other = createComputeClient({ fork: forkWithNode(computeEntry) })
    const watch = async (): Promise<void> => {
      for await (const message of other.training.run(inputFor(config, folder))) {
        if (message.kind === 'epoch') await other.close()
      }
    }
    await expect(watch()).rejects.toMatchObject({ code: 'compute.closed' })
    for (const name of ['training_state.bin.0a1b2c3d.part', 'best_model.pth.ffffffff.part', 'notes.0a1b2c3d.part'])
      put(join(seed, name), 'half')
    await collect(compute.training.run(inputFor(config, folder, { resume: true })))
    expect(readdirSync(seed).toSorted()).toEqual([
      'best_model.pth',
      'config.yaml',
      'notes.0a1b2c3d.part',
      'results.json',
      'training_history.json',
    ])
  })
})

describe('a split that lacks a class', () => {
  const labelled = (folder: string, name: string, of: (row: number) => number): string => {
    const dict = readPickle(readFileSync(goldenFeatures), { file: goldenFeatures }) as Map<PickleValue, PickleValue>
    dict.set(
      'labels',
      NdArray.of(
        'int64',
        BigInt64Array.from({ length: 27 }, (_, row) => BigInt(of(row))),
        [27],
      ),
    )
    return writePickleFile(join(folder, `${name}_features.pkl`), dict)
  }
  const findingsOf = async (folder: string, val: string): Promise<readonly Finding[]> => {
    const train = labelled(folder, 'train', (row) => row % 5)
    const file = configIn(folder, short, train)
    const config = JSON.parse(readFileSync(file, 'utf8')) as { datasets: Record<string, object> }
    config.datasets['val'] = { name: 'multimodal_features', params: { features_path: val } }
    writeFileSync(file, JSON.stringify(config))
    return endOf(await collect(compute.training.run(inputFor(file, folder)))).findings
  }

  test('val alone: the class is named, and only for val', async () => {
    const folder = temporaryFolder()
    const findings = await findingsOf(
      folder,
      labelled(folder, 'val', (row) => row % 4),
    )
    expect(findings.filter(({ code }) => code === 'training.class-absent')).toMatchObject([
      { count: 1, examples: ['Using Phone'], message: expect.stringContaining('in val') as string },
    ])
    expect(findings.filter(({ code }) => code === 'training.only-null')).toEqual([])
  })

  test('val with nobody but Null: that no epoch can be the best is told before hours are spent', async () => {
    const folder = temporaryFolder()
    const findings = await findingsOf(
      folder,
      labelled(folder, 'val', () => 3),
    )
    expect(findings.filter(({ code }) => code === 'training.only-null')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('of val are Null') as string },
    ])
    expect(existsSync(join(folder, 'results', 'training', 'tiny', 'seed_41', 'best_model.pth'))).toBe(false)
  })
})

describe('a refusal says what to do', () => {
  test('an unknown preset: which there are', async () => {
    const changes = {
      seeds: null,
      epochs: null,
      batchSize: null,
      learningRate: null,
      mixupAlpha: null,
      contrastive: null,
    }
    const request = {
      recipe: { kind: 'preset' as const, preset: 'nope' },
      data: { kind: 'project' as const, labelNames: ['a', 'b'], modalities: [] },
      changes,
    }
    const described = compute.training.describe({ request, students: null })
    await expect(described).rejects.toMatchObject({
      code: 'training.preset-unknown',
      message: expect.stringMatching(/grouprec_only, .*grouprec_convnext_gated_d_supcon_loss_tuned/) as string,
    })
  })

  test('boxes that are not there: where RAFNet takes them from', async () => {
    const folder = temporaryFolder()
    const dict = readPickle(readFileSync(goldenFeatures), { file: goldenFeatures }) as Map<PickleValue, PickleValue>
    dict.delete('context')
    const file = writePickleFile(join(folder, 'bare_features.pkl'), dict)
    const run = collect(compute.training.run(inputFor(configIn(folder, short, file), folder)))
    await expect(run).rejects.toMatchObject({
      code: 'training.modality-missing',
      message: expect.stringContaining('bbox_cxcywh_norm') as string,
    })
  })
})
