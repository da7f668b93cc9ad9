import { expect, test } from 'vitest'
import type { WeightsInfo } from '#shared/contract/extraction.ts'
import type { ModelModality } from '#shared/contract/models.ts'
import { insertFeatureSet } from '#main/store/tables/feature.ts'
import { planVectors } from '#main/workbench/extraction/extract-plan.ts'
import type { WeightsRegistry } from '#main/workbench/extraction/weights.ts'
import { memoryStore } from '../../../support/store.ts'
import { convnext, groupRec, nanodet, nanodetMaps } from '../../../support/weights.ts'

const vit: WeightsInfo = {
  ...convnext,
  id: 'v17',
  sha256: 'v17',
  family: 'vit',
  name: 'vit_base',
  modality: 'vit',
  width: 768,
}
const smallConvnext: WeightsInfo = { ...convnext, id: '5a11', sha256: '5a11', name: 'convnext_tiny', width: 768 }
const [resnet, otherResnet]: [WeightsInfo, WeightsInfo] = [
  { ...convnext, id: '50', sha256: '50', family: 'resnet', name: 'resnet50', modality: 'resnet', width: 2048 },
  { ...convnext, id: '101', sha256: '101', family: 'resnet', name: 'resnet101', modality: 'resnet', width: 2048 },
]

/** The registry of somebody who has these files. */
const having = (...known: readonly WeightsInfo[]): WeightsRegistry => {
  const refuse = () => Promise.reject(new Error('a plan only looks'))
  return {
    list: () => Promise.resolve(known),
    usable: (id) => Promise.resolve({ ...known.find((one) => one.id === id)!, detector: {} }),
    inspect: refuse,
    add: refuse,
    remove: refuse,
  }
}
const head = (name: string, width: number): ModelModality[] => [{ name, width, role: 'feature' }]
const nothingChosen = { appearance: null, relation: null }
const all = [nanodet, nanodetMaps, convnext, groupRec, vit, resnet, otherResnet]

test.each([
  ['vit', 768, [...all], 'v17'],
  ['resnet', 2048, all, '50'],
  ['convnext', 1024, [smallConvnext, ...all], 'c0ffee'],
  ['convnext', 768, [...all, smallConvnext], '5a11'],
  ['nanodet', 768, all, 'nanodet-embedding'],
  ['grouprec', 1024, all, 'beef'],
])('a head over %s of %i numbers gets the weights that make them', async (name, width, known, expected) => {
  const steps = await planVectors(memoryStore(), having(...known), nothingChosen, head(name, width))
  expect(steps.map(({ modality, weights }) => [modality, weights?.id])).toEqual([[name, expected]])
})

test('weights that made some of the vectors make the rest', async () => {
  const store = memoryStore()
  insertFeatureSet(store, {
    modality: 'resnet',
    width: 2048,
    dtype: 'f4',
    byteOrder: 'little',
    form: { kind: 'array' },
    file: 'features/resnet.bin',
    sha256: '',
    importId: null,
    producer: {
      kind: 'appearance',
      weightsSha256: otherResnet.sha256!,
      family: 'resnet',
      weightsFile: 'resnet101.pth',
      precision: 'float32',
      noise: null,
      provider: 'cpu',
      appVersion: '0.1.0',
      createdAt: '',
    },
  })
  const [step] = await planVectors(store, having(...all), nothingChosen, head('resnet', 2048))
  expect(step?.weights?.id).toBe('101')
})

test.each([
  ['of a network that nobody has', 'vit', 768, /network for "vit" \(768 numbers\)\. /],
  ['of another width than those of its name', 'resnet', 512, /network for "resnet" \(512 numbers\)\. /],
])('vectors %s are named, and no other network is suggested', async (_what, name, width, sentence) => {
  const planning = planVectors(memoryStore(), having(nanodet, convnext, resnet), nothingChosen, head(name, width))
  await expect(planning).rejects.toMatchObject({ code: 'extraction.weights-missing' })
  await expect(planning).rejects.toThrow(sentence)
})

test('RAFNet’s own network of another width than the head takes is refused with both widths', async () => {
  const planning = planVectors(memoryStore(), having(convnext), nothingChosen, head('convnext', 768))
  await expect(planning).rejects.toMatchObject({ code: 'extraction.width', details: { needed: 768, width: 1024 } })
})
