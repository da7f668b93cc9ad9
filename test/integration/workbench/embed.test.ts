import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readBackbone } from '../../support/backbones.ts'
import { startCompute } from '../../support/compute.ts'
import { extractionBench } from '../../support/extraction-bench.ts'
import { relationCases, relationCheckpoint, relationScene } from '../../support/group-relation.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { temporaryFolder } from '../../support/store.ts'
import { inCall, testWorkbench } from '../../support/workbench.ts'
import { readVectors } from '../../support/vectors.ts'

const client = startCompute()
const needs = rafnetFolder ? '' : ` (${withoutRafnet})`

describe.skipIf(rafnetFolder === null)(`vectors of a project's students${needs}`, () => {
  const rafnet = rafnetFolder ?? ''

  async function imported() {
    const folder = temporaryFolder()
    const photoRoot = join(folder, 'images')
    mkdirSync(photoRoot)
    for (const name of ['166.jpg', '900.jpg', '89.jpg'])
      copyFileSync(join(rafnet, 'images', name), join(photoRoot, name))
    const workbench = testWorkbench({ client, folder })
    const { project, exchange, extraction } = workbench.handlers
    await project.create({ folder: workbench.projectFolder, photoRoot }, inCall)
    await exchange.importFile({ file: join(rafnet, 'features.pkl'), photoRoot, split: null }, inCall)
    const add = (path: string) => extraction.addWeights({ file: join(rafnet, path), name: null }, inCall)
    const embed = (weightsId: string, modality: string | null, more: object = {}) =>
      extraction.embed(
        {
          sceneIds: null,
          weightsId,
          modality,
          noise: { kind: 'seed', seed: 0 },
          precision: 'float32',
          replace: false,
          device: 'cpu',
          ...more,
        },
        inCall,
      )
    return { ...workbench, photoRoot, add, embed }
  }

  test.each([
    ['convnext_small.pth', 'convnext_small.json'],
    ['convnext_small_timm.pth', 'convnext_small.json'],
    ['resnet_small.pth', 'resnet_small.json'],
    ['vit_small.pth', 'vit_small.json'],
  ])('%s: vectors of the six students are PyTorch’s within 1e-4', async (weights, json) => {
    const expected = readBackbone(rafnet, json)
    const { add, embed, projectFolder } = await imported()
    const { id, width } = await add(join('backbones', weights))
    const summary = await embed(id, 'small')
    expect(summary).toMatchObject({ modality: 'small', width, scenes: 3, skipped: 0, students: 151, failed: [] })
    // Row 30's box is inverted, so that the network saw zeros.
    expect(summary.findings.map(({ code, count }) => [code, count])).toEqual([
      ['box-inverted', 1],
      ['box-without-area', 1],
    ])
    const { byStudent } = readVectors(projectFolder, 'small')
    const largest = Math.max(...expected.features.flat().map(Math.abs))
    // The first import gives students the ids of their rows, from 1.
    expected.rows.forEach((row, index) => {
      const found = byStudent.get(row + 1)!
      expected.features[index]!.forEach((value, column) => {
        expect(Math.abs(value - found[column]!) / largest).toBeLessThan(1e-4)
      })
    })
  })

  test.each([7, 3, 5])(
    'GroupRec: %i students of a photo get PyTorch’s vectors within 1e-4 without noise',
    async (students) => {
      const expected = relationCases().find((one) => one.noise === null && one.boxes.length === students)!
      const bench = await extractionBench(client, [expected.boxes])
      copyFileSync(relationScene, join(bench.photoRoot, 'room-a-afternoon.jpg'))
      await bench.handlers.exchange.scanPhotos({ folder: null }, inCall)
      const id = await bench.add(relationCheckpoint)
      expect(await bench.embed(id, { noise: { kind: 'none' } })).toMatchObject({ students, modality: 'grouprec' })
      const { byName } = readVectors(bench.projectFolder, 'grouprec')
      const largest = Math.max(...expected.relation.flat().map(Math.abs))
      expected.relation.forEach((vector, student) => {
        const found = byName.get(`room-a-afternoon.jpg 1_${student}`)!
        vector.forEach((value, column) => expect(Math.abs(value - found[column]!) / largest).toBeLessThan(1e-4))
      })
    },
  )
})
