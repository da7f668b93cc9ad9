import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { goldenFolder } from '../../support/heads.ts'

const { folder, lectern, json, failure } = commandLine('built')
const project = join(folder, 'class.lectern')

beforeAll(async () => {
  mkdirSync(join(folder, 'photos'))
  await json('init', project, '--images', join(folder, 'photos'))
  await json('import', project, join(goldenFolder, 'features.pkl'))
  for (const [seed, head] of [
    [41, 'gated'],
    [42, 'gated_temperature'],
  ] as const) {
    const place = join(folder, 'gated', `seed_${seed}`)
    mkdirSync(place, { recursive: true })
    copyFileSync(join(goldenFolder, `${head}.pth`), join(place, 'best_model.pth'))
    // JSON is YAML.
    copyFileSync(join(goldenFolder, `${head}.json`), join(place, 'config.yaml'))
  }
}, 120_000)

interface Predicted {
  readonly model: string
  readonly batching: string
  readonly students: readonly { readonly logits: readonly number[] }[]
}

describe('what a run is made of, on the command line', () => {
  test('predict takes a run folder, every seed of it a run', async () => {
    const { runs } = await json<{ runs: Predicted[] }>('predict', project, '--model', join(folder, 'gated'))
    expect(runs.map(({ model, batching }) => [model, batching])).toEqual([
      ['gated seed 41', 'scene'],
      ['gated seed 42', 'scene'],
    ])
    expect(runs[0]?.students).toHaveLength(27)
    const broken = join(folder, 'broken', 'seed_43')
    mkdirSync(broken, { recursive: true })
    const error = await failure('predict', project, '--model', join(folder, 'broken'))
    expect([error.code, error.message]).toEqual(['models.seed-without-checkpoint', expect.stringContaining(broken)])
    expect((await failure('predict', project, '--model', join(folder, 'gated'), '--name', 'x')).code).toBe('cli.usage')
  })

  test("predict --batching groups rows as RAFNet's evaluation does, and runs tells it", async () => {
    const head = (name: string) => [
      '--model',
      join(goldenFolder, `${name}.pth`),
      '--config',
      join(goldenFolder, `${name}.json`),
    ]
    const mixed = await json<Predicted>('predict', project, ...head('c_context'), '--batching', 'rafnet:8')
    expect(mixed.batching).toBe('rafnet:8')
    const answers = JSON.parse(
      readFileSync(join(goldenFolder, '..', 'changed-scenes', 'changed-scenes.json'), 'utf8'),
    ) as { c_context: { batches: Record<string, number[][]> } }
    mixed.students.forEach(({ logits }, row) =>
      logits.forEach((logit, place) => expect(logit).toBeCloseTo(answers.c_context.batches['8']![row]![place]!, 5)),
    )
    const runs = await json<{ name: string; batching: string }[]>('runs', project)
    expect(runs[0]).toMatchObject({ name: 'c_context', batching: 'rafnet:8' })
    const error = await failure('predict', project, ...head('c_context'), '--batching', 'rafnet')
    expect([error.code, error.message]).toEqual(['cli.usage', expect.stringContaining('rafnet:128')])
  })

  test('explain tells gate, neighbours and what each modality does to one student', async () => {
    await json(
      'predict',
      project,
      '--model',
      join(goldenFolder, 'c_spatial.pth'),
      '--config',
      join(goldenFolder, 'c_spatial.json'),
    )
    const { students } = await json<{ students: { bbox_id: string; scene: string }[] }>(
      ...['predict', project, '--model', join(goldenFolder, 'mlp_grouprec.pth')],
    )
    const [first] = students
    const ask = ['explain', project, '--scene', first!.scene, '--student', first!.bbox_id, '--model', 'c_spatial']
    const found = await json<Record<string, unknown>>(...ask)
    expect(found).toMatchObject({
      model: 'c_spatial',
      class: expect.any(String) as string,
      scaled: { fitted_on: 'all labelled students' },
      gate: { grouprec: expect.any(Number) as number, convnext: expect.any(Number) as number },
      modalities: [{ modality: 'grouprec', mean_of: 'all students' }, { modality: 'convnext' }],
    })
    expect(found['neighbours']).toHaveLength(4)
    const { stdout } = await lectern(...ask)
    expect(stdout).toMatch(/^.*student .* by c_spatial: /)
    expect(stdout).toMatch(/without neighbour \S+ \(weight \d+\.\d %\)/)
    const error = await failure('explain', project, '--scene', first!.scene, '--student', 'nobody')
    expect([error.code, error.message]).toEqual(['label.student-unknown', expect.stringContaining('nobody')])
  })

  test('evaluate --gates --removal', async () => {
    interface Evaluated {
      gates: {
        modalities: string[]
        groups: { group: string; class: string | null; students: number; mean: number[] }[]
      }
      modality_removal: {
        students: number
        as_predicted: { accuracy: number }
        removed: { by: string; accuracy: number }[]
      }
      accuracy: number
    }
    const figures = await json<Evaluated>('evaluate', project, '--model', 'gated seed 41', '--gates', '--removal')
    expect(figures.gates.modalities).toEqual(['grouprec', 'convnext'])
    expect(figures.gates.groups[0]).toMatchObject({ group: 'all', class: null, students: 27 })
    expect(figures.modality_removal.as_predicted.accuracy).toBeCloseTo(figures.accuracy, 9)
    expect(figures.modality_removal.removed.map(({ by }) => by)).toEqual(['zeros', 'mean', 'zeros', 'mean'])
    const plain = await json<object>('evaluate', project, '--model', 'gated seed 41')
    expect(Object.keys(plain)).not.toContain('gates')
    const { stdout } = await lectern('evaluate', project, '--model', 'gated seed 41', '--gates', '--removal')
    expect(stdout).toMatch(/gate share in %.*\nall +27/)
    expect(stdout).toMatch(/grouprec: mean of all students +\d+ of 27/)
    expect((await failure('evaluate', project, '--models', 'a,b', '--gates')).code).toBe('cli.usage')
  })

  test('export writes a head as .onnx or .pth; its options are refused for the other kind of export', async () => {
    const out = join(folder, 'head.onnx')
    const head = ['--model', 'gated seed 42']
    const written = await json<{ files: string[] }>('export', project, '--format', 'onnx', ...head, '--out', out)
    expect(written).toMatchObject({
      model: 'gated seed 42',
      family: 'gated_fusion_classifier',
      format: 'onnx',
      files: [out],
    })
    const again = await json<Predicted>('predict', project, '--model', out)
    expect(again.students).toHaveLength(27)
    const pth = await json<{ files: string[] }>(
      'export',
      project,
      '--format',
      'pth',
      ...head,
      '--out',
      join(folder, 'head.pth'),
    )
    expect(pth.files).toEqual([join(folder, 'head.pth'), join(folder, 'config.yaml')])
    writeFileSync(join(folder, 'config.yaml'), 'model: {}\n')
    for (const [more, code] of [
      [['--format', 'pth', ...head, '--out', join(folder, 'head.pth')], 'export.config-differs'],
      [['--format', 'onnx', ...head, '--out', join(folder, 'head.pth')], 'export.extension'],
      [['--format', 'onnx', '--model', 'nothing', '--out', out], 'models.unknown'],
      [['--format', 'onnx', '--out', out], 'models.unnamed'],
      [['--format', 'onnx', ...head, '--split', 'val', '--out', out], 'cli.usage'],
      [[...head, '--out', join(folder, 'f.pkl')], 'cli.usage'],
    ] as const) {
      expect((await failure('export', project, ...more)).code).toBe(code)
    }
  })
})
