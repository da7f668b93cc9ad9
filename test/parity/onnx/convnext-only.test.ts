import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { inferHeadConfig } from '#main/onnx/infer-head-config.ts'
import { classesOf } from '../../support/compare-logits.ts'
import { readRows, readWeights, rowsOfScene, startHead } from '../../support/heads.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

describe.skipIf(rafnetFolder === null)(`the authors' head${rafnetFolder === null ? ` (${withoutRafnet})` : ''}`, () => {
  test('is recognised without a config and gives the published accuracies', async () => {
    const file = join(rafnetFolder!, 'convnext_only_seed_43.pth')
    const rows = readRows(join(rafnetFolder!, 'features.pkl'))
    const tensors = readWeights(file)
    const { config } = inferHeadConfig(tensors, { file, hasBoxes: true })
    expect(config).toMatchObject({
      family: 'multimodal_classifier',
      classes: 5,
      modalities: [{ name: 'convnext', width: 1024 }],
      parameters: { hiddenDim: 256 },
    })
    const head = await startHead(buildHeadModel(config, tensors, { file, version: '0.0.0' }))
    const accuracies: string[] = []
    for (const scene of new Set(rows.scenes)) {
      const chosen = rowsOfScene(rows, scene)
      const predicted = classesOf((await head.run(rows, chosen)).logits!.values, 5)
      const correct = chosen.filter((row, position) => rows.labels[row] === predicted[position]).length
      accuracies.push(`${correct}/${chosen.length} ${((100 * correct) / chosen.length).toFixed(2)}`)
    }
    // Scenes 166, 900 and 89, the order of the file.
    expect(accuracies).toEqual(['17/60 28.33', '27/40 67.50', '28/51 54.90'])
  })
})
