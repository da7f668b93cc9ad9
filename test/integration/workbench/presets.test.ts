import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { paperWidths } from '#main/training/recipe-config.ts'
import type { TrainingInfo } from '#shared/contract/training.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { relativeError } from '../../support/compute.ts'
import { dict, floats, writePickleFile } from '../../support/feature-pickles.ts'
import { startRealWorkbench } from '../../support/real-workbench.ts'

const [photos, perPhoto] = [6, 7]
const rows = photos * perPhoto
const names = ['grouprec', 'convnext', 'resnet', 'vit', 'grouprec_3d']

/** A feature file with every modality of the paper in its own width: random vectors in which a class leaves a trace. */
function features(folder: string): string {
  const random = seededRandom(3)
  const matrix = (width: number): NdArray =>
    floats(
      Array.from({ length: rows * width }, (_, index) => {
        const trace = index % width === Math.floor(index / width) % 5 ? 2 : 0
        return trace + random() - 0.5
      }),
      rows,
      width,
    )
  const students = Array.from({ length: rows }, (_, row) => row)
  return writePickleFile(
    join(folder, 'features.pkl'),
    dict({
      ...Object.fromEntries(names.map((name) => [name, matrix(paperWidths.get(name)!)])),
      labels: NdArray.of(
        'int64',
        BigInt64Array.from(students, (row) => BigInt(row % 5)),
      ),
      metadata: dict({
        img_paths: students.map((row) => `images/${Math.floor(row / perPhoto)}.jpg`),
        bbox_ids: students.map((row) => `s_${row % perPhoto}`),
      }),
      context: dict({
        bbox_cxcywh_norm: floats(
          students.flatMap((row) => [0.1 + 0.1 * (row % perPhoto), 0.3 + 0.05 * random(), 0.08, 0.2]),
          rows,
          4,
        ),
      }),
    }),
  )
}

/** The paper's configurations as training.md of RAFNet's page lists them. */
const listed = [
  ...['grouprec', 'resnet', 'vit', 'convnext'].map((name) => `${name}_only`),
  ...['resnet', 'vit', 'convnext'].flatMap((name) => [
    `grouprec_${name}_mlp`,
    `grouprec_${name}_gated`,
    `${name}_only_loss_tuned`,
    `grouprec_${name}_loss_tuned`,
  ]),
  'grouprec_convnext_gated_loss_tuned',
  ...['b_disentangle', 'c_context_graph', 'c_spatial_graph', 'bc_spatial', 'ccsg', 'd_supcon'].map(
    (variant) => `grouprec_convnext_gated_${variant}_loss_tuned`,
  ),
  'grouprec_convnext_cross_attention_loss_tuned',
  'grouprec3d_only',
  'grouprec3d_convnext_gated_loss_tuned',
  'grouprec3d_convnext_gated_c_spatial_graph_loss_tuned',
]

describe('the paper’s configurations on features of the paper’s widths', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-presets-'))
  const session = startRealWorkbench(folder)
  const { client } = session
  beforeAll(async () => {
    await client.project.create({ folder: join(folder, 'wide.lectern'), photoRoot: null })
    await client.exchange.importFeatures({ file: features(folder) })
  })
  afterAll(async () => {
    await session.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('are there by their names, and each can be trained as it stands', async () => {
    const presets = await client.training.presets({})
    expect(presets.map(({ name }) => name).sort()).toEqual([...listed].sort())
    for (const { name, family, modalities } of presets) {
      const plan = await client.training.plan({ recipe: { kind: 'preset', preset: name }, data: { kind: 'project' } })
      expect(plan).toMatchObject({ model: name, family, modalities, problem: null, omitted: [] })
      // A width other than the paper's would be told.
      expect(plan.findings.map(({ code }) => code)).not.toContain('training.width-adapted')
    }
  })

  const done = async (trainingId: number): Promise<TrainingInfo> => {
    for await (const list of client.training.watch({})) {
      const info = list.find(({ id }) => id === trainingId)
      if (info && info.state !== 'queued' && info.state !== 'running') return info
    }
    throw new Error('the queue is followed until the training ends')
  }

  test.each([
    ['resnet_only', 1],
    ['grouprec_vit_mlp', 2],
    ['grouprec_resnet_gated', 2],
    ['grouprec_convnext_gated_d_supcon_loss_tuned', 2],
    ['grouprec_convnext_cross_attention_loss_tuned', 2],
    ['grouprec3d_only', 1],
    ['grouprec3d_convnext_gated_c_spatial_graph_loss_tuned', 4],
  ] as const)('%s is trained, adopted, run on every student, and says the same as .onnx', async (preset, inputs) => {
    const order = { recipe: { kind: 'preset', preset }, data: { kind: 'project' }, seeds: [41], epochs: 2 } as const
    const { id } = await client.training.enqueue({ ...order, seeds: [...order.seeds] })
    const info = await done(id)
    expect({ state: info.state, error: info.error }).toEqual({ state: 'done', error: null })
    expect(info.modalities).toHaveLength(inputs)
    const results = JSON.parse(readFileSync(join(info.outputFolder, 'seed_41', 'results.json'), 'utf8')) as unknown
    const contrastive = preset.includes('supcon')
      ? { enabled: true, weight: 0.05, temperature: 0.2 }
      : { enabled: false, weight: 0 }
    expect(results).toMatchObject({ model: preset, contrastive, lectern: { label_state: { imported: rows } } })
    const [model] = await client.training.adopt({ trainingId: id })
    const own = (await client.models.runs({})).find(({ modelId }) => modelId === model!.id)
    expect(own).toMatchObject({ students: rows, omitted: [] })
    const onnx = join(folder, `${preset}.onnx`)
    await client.models.exportHead({ modelId: model!.id, format: 'onnx', out: onnx })
    const again = await client.models.add({ file: onnx })
    const run = await client.models.predict({ modelId: again.id, device: 'cpu' })
    const logitsOf = async (runId: number): Promise<number[][]> =>
      (await client.models.predictions({ runId })).map(({ logits }) => [...logits])
    expect(relativeError(await logitsOf(run.id), await logitsOf(own!.id))).toBeLessThan(1e-5)
  })
})
