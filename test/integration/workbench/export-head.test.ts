import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeModel } from '#main/codecs/onnx/decode-model.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import type { PredictionRow } from '#shared/contract/models.ts'
import { refusal } from '../../support/bad-input.ts'
import { relativeError } from '../../support/compute.ts'
import { goldenFolder, headNames } from '../../support/heads.ts'
import { fullProject, type FullProject } from '../../support/real-workbench.ts'

describe('exporting a head', () => {
  let full: FullProject
  beforeAll(async () => {
    full = await fullProject()
    mkdirSync(join(full.folder, 'out'))
  })
  afterAll(() => full.close())

  const golden = (name: string) =>
    full.client.models.add({ file: join(goldenFolder, `${name}.pth`), config: join(goldenFolder, `${name}.json`) })
  const logitsOf = async (modelId: number): Promise<number[][]> => {
    const run = await full.client.models.predict({ modelId, device: 'cpu' })
    const rows: readonly PredictionRow[] = await full.client.models.predictions({ runId: run.id })
    return rows.map(({ logits }) => [...logits])
  }
  const place = (...names: string[]): string => join(full.folder, 'out', ...names)
  const newFolder = (name: string): string => {
    mkdirSync(place(name), { recursive: true })
    return place(name)
  }

  test.each(headNames(goldenFolder))(
    '%s as .onnx and .pth gives the same logits when it is added again',
    async (name) => {
      const { id } = await golden(name)
      const folder = newFolder(name)
      const expected = await logitsOf(id)
      const onnx = await full.client.models.exportHead({ modelId: id, format: 'onnx', out: join(folder, 'head.onnx') })
      const pth = await full.client.models.exportHead({ modelId: id, format: 'pth', out: join(folder, 'head.pth') })
      expect(onnx.files).toEqual([join(folder, 'head.onnx')])
      expect(pth.files).toEqual([join(folder, 'head.pth'), join(folder, 'config.yaml')])
      for (const { files, sha256, bytes } of [onnx, pth]) {
        const content = readFileSync(files[0]!)
        expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256])
      }
      const { tensors } = readCheckpoint(readFileSync(join(folder, 'head.pth')), { file: 'head.pth' })
      const source = readCheckpoint(readFileSync(join(goldenFolder, `${name}.pth`)), { file: name }).tensors
      expect([...tensors.keys()]).toEqual([...source.keys()])
      expect(await logitsOf((await full.client.models.add({ file: join(folder, 'head.pth') })).id)).toEqual(expected)
      // An own .onnx is given one scene at a time, which orders sums differently.
      const again = await full.client.models.add({ file: join(folder, 'head.onnx') })
      expect(relativeError(await logitsOf(again.id), expected)).toBeLessThan(1e-6)
      expect(readdirSync(folder).sort()).toEqual(['config.yaml', 'head.onnx', 'head.pth'])
    },
  )

  test('the .onnx says in itself what to feed it and what its classes are', async () => {
    const { id } = await golden('c_spatial')
    await full.client.models.exportHead({ modelId: id, format: 'onnx', out: place('told.onnx') })
    const { metadata, producerName, producerVersion, graph } = decodeModel(readFileSync(place('told.onnx')), {
      file: 'told.onnx',
    })
    expect([producerName, producerVersion]).toEqual(['Lectern', '0.0.0-test'])
    expect(graph.inputs.map(({ name }) => name)).toEqual(['grouprec', 'convnext', 'bbox_ctx', 'scene'])
    expect(graph.outputs.map(({ name }) => name)).toEqual(['logits', 'gate', 'neighbours', 'neighbour_weights'])
    const told = JSON.parse(metadata.get('lectern.inputs')!) as Record<string, string>
    expect(Object.keys(told)).toEqual(['grouprec', 'convnext', 'bbox_ctx', 'scene'])
    expect(told['scene']).toMatch(/^int64 \[n\]: any id of each student's photo/)
    expect(told['bbox_ctx']).toMatch(/^float32 \[n, 4\]: cx, cy, w, h/)
    expect(Object.keys(JSON.parse(metadata.get('lectern.outputs')!) as object)).toContain('gate')
    expect((JSON.parse(metadata.get('lectern.classes')!) as string[])[3]).toBe('Null')
  })

  test('a checkpoint whose BatchNorm counter is missing gets one; the config is that of the model, choices included', async () => {
    const { id } = await full.client.models.add({
      file: join(goldenFolder, 'c_context.pth'),
      config: null,
      chosen: { graph_k: 3, bbox_ctx: false, img_uid: false },
    })
    const folder = newFolder('chosen')
    await full.client.models.exportHead({ modelId: id, format: 'pth', out: join(folder, 'head.pth') })
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toMatch(/graph_k: 3\n/)
  })

  test("a user's own .onnx is copied as it is, and has no checkpoint", async () => {
    const { id } = await golden('mlp_grouprec')
    await full.client.models.exportHead({ modelId: id, format: 'onnx', out: place('own.onnx') })
    const own = await full.client.models.add({ file: place('own.onnx'), name: 'own' })
    const copy = await full.client.models.exportHead({ modelId: own.id, format: 'onnx', out: place('copy.onnx') })
    expect(readFileSync(place('copy.onnx'))).toEqual(readFileSync(place('own.onnx')))
    expect(copy.files).toEqual([place('copy.onnx')])
    const error = await refusal(
      full.client.models.exportHead({ modelId: own.id, format: 'pth', out: place('copy.pth') }),
    )
    expect([error.code, error.message]).toEqual(['export.no-checkpoint', expect.stringContaining('own.onnx')])
  })

  test('refused by name, with nothing left behind', async () => {
    const { id } = await golden('gated')
    const folder = newFolder('other')
    writeFileSync(join(folder, 'config.yaml'), 'model: {name: another}\n')
    const source = join(full.folder, 'source.pth')
    copyFileSync(join(goldenFolder, 'mlp_grouprec.pth'), source)
    await full.client.models.add({ file: source, name: 'source' })
    const attempt = (format: 'onnx' | 'pth', out: string, modelId = id) =>
      refusal(full.client.models.exportHead({ modelId, format, out }))
    for (const [error, code, named] of [
      [await attempt('pth', join(folder, 'head.pth')), 'export.config-differs', join(folder, 'config.yaml')],
      [await attempt('onnx', join(folder, 'head.pth')), 'export.extension', join(folder, 'head.pth')],
      [await attempt('pth', source), 'export.overwrites-source', source],
      [
        await attempt('onnx', join(full.folder, 'nowhere', 'head.onnx')),
        'export.write-failed',
        join('nowhere', 'head.onnx'),
      ],
      [await attempt('onnx', place('x.onnx'), 999), 'models.unknown', '999'],
    ] as const) {
      expect([error.code, error.message]).toEqual([code, expect.stringContaining(named)])
    }
    expect(readdirSync(folder)).toEqual(['config.yaml'])
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toBe('model: {name: another}\n')
    expect(existsSync(place('x.onnx'))).toBe(false)
    const jobs = await firstOf(full.client.jobs.watch({}))
    expect(jobs?.some(({ kind, state }) => kind === 'export' && state === 'done')).toBe(true)
  })
})

async function firstOf<Value>(stream: AsyncIterable<Value>): Promise<Value | undefined> {
  for await (const value of stream) return value
  return undefined
}
