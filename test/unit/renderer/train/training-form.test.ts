import { describe, expect, test } from 'vitest'
import {
  chosenModalities,
  chosenPreset,
  chosenSeeds,
  chosenSplits,
  knownModalities,
  missingModalities,
  orderOf,
  planOf,
  recommendedPreset,
  trainingFormSchema,
  type FormContext,
  type TrainingForm,
} from '../../../../src-renderer/views/train/training-form.ts'
import { somePresets } from '../../../support/trainings.ts'

const form = (change: Partial<TrainingForm> = {}): TrainingForm => ({ ...trainingFormSchema.parse({}), ...change })
const feature = (name: string, students = 10) => ({ name, width: 64, students })
const context = (modalities: readonly string[], splits: readonly string[] = []): FormContext => ({
  project: { splits, modalities: modalities.map((name) => feature(name)) },
  presets: somePresets,
})
const both = context(['grouprec', 'convnext'])

describe('what the form begins with', () => {
  test('one click is enough: the best head that the features allow, a new split, five seeds', () => {
    expect(orderOf(form(), both)).toEqual({
      recipe: { kind: 'preset', preset: 'grouprec_convnext_gated_c_spatial_graph_loss_tuned' },
      data: {
        kind: 'project',
        splits: 'made',
        together: 'scene',
        shares: { train: 0.7, val: 0.15, test: 0.15 },
        splitSeed: 41,
        onlyConfirmed: false,
      },
      name: null,
      seeds: [41, 42, 43, 44, 45],
      epochs: null,
      batchSize: null,
      learningRate: null,
      contrastive: null,
      mixupAlpha: null,
    })
  })

  test('what was stored and is nonsense falls back as a whole, not half', () => {
    expect(trainingFormSchema.safeParse({ cuts: [70, 85], source: 'elsewhere' }).success).toBe(false)
    expect(trainingFormSchema.parse({ head: 'own' })).toMatchObject({ head: 'own', cuts: [70, 85] })
  })
})

describe('presets', () => {
  test.each([
    [['convnext'], 'convnext_only_loss_tuned'],
    [['grouprec', 'vit'], 'grouprec_vit_loss_tuned'],
    [['grouprec', 'convnext', 'vit'], 'grouprec_convnext_gated_c_spatial_graph_loss_tuned'],
    [['resnet'], null],
    [[], null],
  ])('with %j the recommendation is %s', (known, name) => {
    expect(recommendedPreset(somePresets, known)?.name ?? null).toBe(name)
  })

  test('boxes and photos are no features that could be missing', () => {
    const spatial = somePresets.find((one) => one.name.includes('c_spatial'))!
    expect(missingModalities(spatial, ['grouprec', 'convnext'])).toEqual([])
    expect(missingModalities(spatial, ['convnext'])).toEqual(['grouprec'])
    expect(missingModalities(spatial, null)).toEqual([])
  })

  test('a feature set without students is not there', () => {
    const empty: FormContext = { project: { splits: [], modalities: [feature('convnext', 0)] }, presets: somePresets }
    expect(knownModalities(form(), empty)).toEqual([])
    expect(planOf(form(), empty)).toBeNull()
  })

  test('a choice is kept; one that is no longer offered gives way to the recommendation', () => {
    expect(chosenPreset(form({ preset: 'convnext_only' }), both)?.name).toBe('convnext_only')
    expect(chosenPreset(form({ preset: 'gone' }), both)?.name).toContain('c_spatial_graph')
  })
})

describe('own choice', () => {
  const own = (change: Partial<TrainingForm> = {}) => form({ head: 'own', ...change })

  test('begins with every feature of the project; one that is gone is no longer chosen', () => {
    expect(chosenModalities(own(), both)).toEqual(['grouprec', 'convnext'])
    expect(chosenModalities(own({ modalities: ['vit', 'convnext'] }), both)).toEqual(['convnext'])
    expect(planOf(own({ modalities: [] }), both)).toBeNull()
  })

  test('seating is only asked of heads with a graph', () => {
    const spatialOf = (family: string) => planOf(own({ family, spatial: true }), both)?.recipe
    expect(spatialOf('context_graph_fusion_classifier')).toMatchObject({ spatial: true })
    expect(spatialOf('gated_fusion_classifier')).toMatchObject({ spatial: false })
  })
})

describe('data', () => {
  test('imported splits are used where train, val and test are there, until somebody says otherwise', () => {
    const imported = context(['convnext'], ['train', 'val', 'test'])
    expect(chosenSplits(form(), imported)).toBe('imported')
    expect(chosenSplits(form({ splits: 'made' }), imported)).toBe('made')
    expect(chosenSplits(form({ splits: 'imported' }), context(['convnext'], ['train', 'test']))).toBe('made')
  })

  test('pickles need all three files, and any preset may fit them', () => {
    const files = { source: 'files' as const, train: '/d/train.pkl', val: '/d/val.pkl' }
    expect(planOf(form(files), both)).toBeNull()
    expect(planOf(form({ ...files, test: '/d/test.pkl', preset: 'grouprec_vit_loss_tuned' }), both)).toEqual({
      recipe: { kind: 'preset', preset: 'grouprec_vit_loss_tuned' },
      data: { kind: 'files', train: '/d/train.pkl', val: '/d/val.pkl', test: '/d/test.pkl' },
      batchSize: null,
    })
  })

  test('a config brings its own seeds and starts paths in its folder unless told otherwise', () => {
    const config = { source: 'config' as const, config: '/d/configs/head.yaml' }
    expect(orderOf(form(config), both)).toMatchObject({
      recipe: { kind: 'config', config: '/d/configs/head.yaml', root: '/d/configs' },
      data: { kind: 'config' },
      seeds: null,
    })
    const told = form({ ...config, root: '/d', configData: 'project', seeds: [7] })
    expect(orderOf(told, both)).toMatchObject({ recipe: { root: '/d' }, data: { kind: 'project' }, seeds: [7] })
    expect(planOf(form({ source: 'config' }), both)).toBeNull()
  })

  test('the shares are what lies between the handles', () => {
    expect(planOf(form({ cuts: [50, 75] }), both)?.data).toMatchObject({
      shares: { train: 0.5, val: 0.25, test: 0.25 },
    })
  })
})

test('no seed at all is no order, except where the config has its own', () => {
  expect(chosenSeeds(form())).toEqual([41, 42, 43, 44, 45])
  expect(orderOf(form({ seeds: [] }), both)).toBeNull()
  expect(orderOf(form({ seeds: [], source: 'config', config: '/d/a.yaml' }), both)?.seeds).toBeNull()
})

describe('what is added to the loss', () => {
  const supcon = 'grouprec_convnext_gated_d_supcon_loss_tuned'
  const lossOf = (change: Partial<TrainingForm>) => {
    const { contrastive, mixupAlpha } = orderOf(form(change), both)!
    return { contrastive, mixupAlpha }
  }
  const nothing = { contrastive: null, mixupAlpha: null }

  test.each<[string, Partial<TrainingForm>, ReturnType<typeof lossOf>]>([
    ['nothing at first', {}, nothing],
    [
      'the paper’s numbers where only the box is ticked',
      { contrast: true, mixup: true },
      { contrastive: { weight: 0.05, temperature: 0.2 }, mixupAlpha: 0.2 },
    ],
    [
      'numbers of one’s own',
      { contrast: true, contrastWeight: 0.3, contrastTemperature: 0.07, mixup: true, mixupAlpha: 0.4 },
      { contrastive: { weight: 0.3, temperature: 0.07 }, mixupAlpha: 0.4 },
    ],
    ['numbers of a box that is not ticked stay out', { contrastWeight: 0.3, mixupAlpha: 0.4 }, nothing],
    ['a preset’s own', { preset: supcon }, { contrastive: { weight: 0.05, temperature: 0.2 }, mixupAlpha: null }],
    [
      'a preset’s own, another weight',
      { preset: supcon, contrastWeight: 0.1 },
      { contrastive: { weight: 0.1, temperature: 0.2 }, mixupAlpha: null },
    ],
    [
      'a preset’s own, turned off',
      { preset: supcon, contrast: false },
      { contrastive: { weight: 0, temperature: 0.2 }, mixupAlpha: null },
    ],
    ['nothing of a preset that is not used', { preset: supcon, head: 'own' }, nothing],
    ['a config has its own', { source: 'config', config: '/d/a.yaml', contrast: true, mixup: true }, nothing],
  ])('%s', (_name, change, expected) => {
    expect(lossOf(change)).toEqual(expected)
  })
})
