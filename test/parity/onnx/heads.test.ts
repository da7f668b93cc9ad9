import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { inferHeadConfig } from '#main/onnx/infer-head-config.ts'
import { modelSection } from '#main/onnx/model-section.ts'
import { resolveHead } from '#main/onnx/resolve-head.ts'
import { expectSameLogits } from '../../support/compare-logits.ts'
import {
  allRows,
  goldenFolder,
  headNames,
  logitsSceneByScene,
  readHead,
  readRows,
  startHead,
} from '../../support/heads.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import type { FeatureRows, HeadFixture } from '../../support/heads.ts'

/** What the weights of these fixtures cannot tell, and the documented default does not happen to be. */
const unknowable: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  gated_temperature: { gate_temperature: 0.5 },
}

const sets = [
  { title: 'golden', folder: goldenFolder, features: join(goldenFolder, 'features.pkl'), graphK: 4, absent: false },
  {
    title: 'rafnet heads',
    folder: join(rafnetFolder ?? '', 'heads'),
    features: join(rafnetFolder ?? '', 'features.pkl'),
    graphK: 8,
    absent: rafnetFolder === null,
  },
]

async function expectParity(
  rows: FeatureRows,
  fixture: HeadFixture,
  config: ReturnType<typeof parseHeadConfig>['config'],
) {
  const head = await startHead(buildHeadModel(config, fixture.tensors, { file: fixture.name, version: '0.0.0' }))
  const together = await head.run(rows, allRows(rows))
  expectSameLogits(together.logits!.values, fixture.logits)
  expectSameLogits(await logitsSceneByScene(head, rows), fixture.logits)
}

for (const { title, folder, features, graphK, absent } of sets) {
  describe.skipIf(absent)(`${title}${absent ? ` (${withoutRafnet})` : ''}`, () => {
    const rows = absent ? null : readRows(features)
    for (const name of absent ? [] : headNames(folder)) {
      test(`${name} with its config, scenes together and one by one`, async () => {
        const fixture = readHead(folder, name)
        const { config } = resolveHead(
          fixture.tensors,
          { value: fixture.config, file: `${name}.json` },
          { file: `${name}.pth`, hasBoxes: true },
        )
        await expectParity(rows!, fixture, config)
      })

      test(`${name} from its weights and the features' widths`, async () => {
        const fixture = readHead(folder, name)
        const modalities = ['grouprec', 'convnext'].map((modality) => ({
          name: modality,
          width: rows!.columns.get(modality)!.width,
        }))
        const inferred = inferHeadConfig(fixture.tensors, {
          file: name,
          hasBoxes: name !== 'c_context',
          modalities,
        }).config
        const { name: family, params } = modelSection(inferred)
        const known = { ...('graph_k' in params ? { graph_k: graphK } : {}), ...unknowable[name] }
        const { config } = parseHeadConfig({ name: family, params: { ...params, ...known } }, { file: 'choices' })
        expect(config.family).toBe((fixture.config as { model: { name: string } }).model.name)
        await expectParity(rows!, fixture, config)
      })
    }
  })
}
