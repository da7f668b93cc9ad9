import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startCompute } from '../../support/compute.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { inCall, testWorkbench } from '../../support/workbench.ts'

const client = startCompute()

async function imported(rafnet: string) {
  const workbench = testWorkbench({ client })
  const { project, exchange, models } = workbench.handlers
  const photoRoot = join(rafnet, 'images')
  await project.create({ folder: workbench.projectFolder, photoRoot }, inCall)
  await exchange.importFile({ file: join(rafnet, 'features.pkl'), photoRoot, split: null }, inCall)
  const predict = async (file: string, config: string | null) => {
    const model = await models.add({ file: join(rafnet, file), config, chosen: {}, name: null }, inCall)
    return models.predict({ modelId: model.id, sceneIds: null, name: null, device: 'cpu', batching: 'scene' }, inCall)
  }
  return { ...workbench.handlers, predict }
}

describe.skipIf(rafnetFolder === null)(`the authors' own files${rafnetFolder ? '' : ` (${withoutRafnet})`}`, () => {
  const rafnet = rafnetFolder ?? ''

  test('ConvNeXt-only reaches its known accuracy on every scene', async () => {
    const { predict, evaluation } = await imported(rafnet)
    const run = await predict('convnext_only_seed_43.pth', null)
    const figures = await evaluation.evaluate({ runId: run.id, sceneIds: null }, inCall)
    const scenes = figures.scenes.map(({ scene, accuracy }) => [scene, accuracy.toFixed(2)])
    expect(scenes).toEqual([
      ['166.jpg', '28.33'],
      ['900.jpg', '67.50'],
      ['89.jpg', '54.90'],
    ])
  })

  test('C+Spatial says what PyTorch says, the student with the inverted box included, in import order', async () => {
    const { predict, models, scenes } = await imported(rafnet)
    const config = join(rafnet, 'heads', 'c_spatial.json')
    const expected = (JSON.parse(readFileSync(config, 'utf8')) as { logits: number[][] }).logits
    const run = await predict('heads/c_spatial.pth', config)
    const rows = await models.predictions({ runId: run.id }, inCall)
    expect(rows).toHaveLength(expected.length)
    const largest = Math.max(...expected.flat().map(Math.abs))
    rows.forEach(({ logits }, row) => {
      for (const [index, value] of logits.entries()) {
        expect(Math.abs(value - expected[row]![index]!) / largest).toBeLessThan(1e-5)
      }
    })
    const { students } = await scenes.get({ sceneId: 1, runIds: [run.id] }, inCall)
    const inverted = students.filter((student) => student.boxIssue === 'inverted')
    expect(inverted.map((student) => student.bboxId)).toEqual([rows[30]!.bboxId])
    expect(inverted[0]!.predictions[0]!.gate).toHaveLength(2)
    const neighbours = await scenes.neighbours({ studentId: inverted[0]!.id, runId: run.id }, inCall)
    expect(neighbours).toHaveLength(8)
    expect(neighbours.reduce((sum, one) => sum + one.weight, 0)).toBeCloseTo(1, 5)
    expect(neighbours.map((one) => one.studentId)).not.toContain(inverted[0]!.id)
  })
})
