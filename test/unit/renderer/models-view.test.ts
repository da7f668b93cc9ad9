// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import type { ResultFolder } from '#shared/contract/evaluation.ts'
import type { ProviderReport } from '#shared/contract/models.ts'
import { i18n } from '../../../src-renderer/i18n.ts'
import ModelCard from '../../../src-renderer/views/models/ModelCard.vue'
import ModelsView from '../../../src-renderer/views/models/ModelsView.vue'
import ProviderCard from '../../../src-renderer/views/models/ProviderCard.vue'
import ResultFolderCard from '../../../src-renderer/views/models/ResultFolderCard.vue'
import RunTable from '../../../src-renderer/views/models/RunTable.vue'
import { useRunFolder } from '../../../src-renderer/composables/use-run-folder.ts'
import { modelInfo, runInfo } from '../../support/fake-workbench.ts'
import { settled, startRenderer, stores } from '../../support/renderer.ts'

let mounted: VueWrapper | undefined
beforeEach(() => {
  i18n.global.locale.value = 'en'
  document.body.innerHTML = '<div id="view-toolbar"></div>'
})
afterEach(() => {
  mounted?.unmount()
  document.body.innerHTML = ''
})

const buttonIn = (wrapper: VueWrapper, text: string) =>
  wrapper.findAll('button').find((button) => button.text().includes(text))!
const crash = () => {
  throw new AppError('compute.crashed', 'The compute process ended by signal SIGSEGV.')
}

/** What the page's own file dialog would answer. */
async function pick(path: string | null): Promise<void> {
  await settled(4)
  stores.picker.answer(path)
  await settled()
}

describe('a model', () => {
  test('that fails says so on its card, and nowhere else', async () => {
    const { show } = await startRenderer({ models: { predict: crash } })
    const wrapper = (mounted = show(ModelCard, { model: modelInfo }))
    await buttonIn(wrapper, 'Run on all').trigger('click')
    await settled()
    expect(wrapper.findAll('[role="alert"]').map((one) => one.text())).toEqual([
      expect.stringContaining('compute.crashed'),
    ])
    expect(stores.notices.notices).toEqual([])
  })

  test("runs scene by scene, or in RAFNet's batches where that is asked for", async () => {
    const { show, workbench } = await startRenderer()
    const wrapper = (mounted = show(ModelCard, { model: modelInfo }))
    await buttonIn(wrapper, 'Run on all').trigger('click')
    await settled()
    await wrapper.get('[aria-label="Run options"]').trigger('click')
    await settled()
    const form = document.querySelector('form')!
    const box = form.querySelector<HTMLInputElement>('input[type="checkbox"]')!
    box.checked = true
    box.dispatchEvent(new Event('change'))
    form.dispatchEvent(new Event('submit'))
    await settled()
    const batchings = workbench.state.calls
      .filter(({ name }) => name === 'models.predict')
      .map(({ input }) => (input as { batching: string }).batching)
    expect(batchings).toEqual(['scene', 'rafnet:128'])
  })

  test('is written as a file of the chosen kind; what was written is listed', async () => {
    const { show, workbench } = await startRenderer({
      models: { exportHead: ({ out }) => ({ files: [out, '/out/config.yaml'], sha256: 'abc123', bytes: 2400 }) },
    })
    const wrapper = (mounted = show(ModelCard, { model: modelInfo }))
    await buttonIn(wrapper, 'Export').trigger('click')
    await settled()
    const items = [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')]
    expect(items.map((item) => item.textContent)).toEqual([
      expect.stringContaining('.onnx for other programs'),
      expect.stringContaining('.pth for RAFNet’s own code'),
    ])
    items[1]!.click()
    await pick('/out/head.pth')
    expect(workbench.state.calls.find(({ name }) => name === 'models.exportHead')?.input).toEqual({
      modelId: 1,
      format: 'pth',
      out: '/out/head.pth',
    })
    const written = wrapper.get('[data-testid="written"]').text()
    for (const part of ['head.pth', 'config.yaml', 'abc123', '2.4 kB']) expect(written).toContain(part)
  })

  test('that is a graph of its own cannot become a .pth', async () => {
    const { show } = await startRenderer()
    const wrapper = (mounted = show(ModelCard, { model: { ...modelInfo, family: 'onnx' } }))
    await buttonIn(wrapper, 'Export').trigger('click')
    await settled()
    const [, pth] = [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')]
    expect(pth!.getAttribute('aria-disabled')).toBe('true')
  })

  test('that is an ensemble shows members and weights, and nothing to run or export', async () => {
    const members = ['a seed_41', 'a seed_42'].map((parameter, at) => ({
      parameter,
      value: at === 0 ? '3' : '1',
      origin: 'chosen' as const,
    }))
    const { show } = await startRenderer()
    const wrapper = (mounted = show(ModelCard, { model: { ...modelInfo, family: 'ensemble', assumptions: members } }))
    await settled()
    expect(wrapper.findAll('[data-testid="members"] li').map((one) => one.text())).toEqual([
      'a seed_4175.0 %',
      'a seed_4225.0 %',
    ])
    expect(buttonIn(wrapper, 'Run on all')).toBeUndefined()
    expect(buttonIn(wrapper, 'Export')).toBeUndefined()
  })
})

test("a run in RAFNet's batches is marked, one by scenes is not", async () => {
  const { show } = await startRenderer()
  const wrapper = (mounted = show(RunTable, { runs: [runInfo(1), { ...runInfo(2), batching: 'rafnet:128' }] }))
  expect(wrapper.findAll('[data-testid="batching"]').map((one) => one.text())).toEqual(['128 rows'])
})

describe('a run folder', () => {
  test('adds its seeds and offers to run them', async () => {
    const { workbench, show } = await startRenderer({
      models: { addRunFolder: () => [modelInfo, { ...modelInfo, id: 2 }] },
    })
    let add = (): unknown => undefined
    mounted = show({
      setup: () => {
        add = useRunFolder().add
        return () => null
      },
    })
    void add()
    await pick('/results/rafnet')
    const [notice] = stores.notices.notices
    expect(notice?.message).toBe('2 models of “rafnet” were added.')
    notice!.action!.run()
    await settled(20)
    const ran = workbench.state.calls
      .filter(({ name }) => name === 'models.predict')
      .map(({ input }) => (input as { modelId: number }).modelId)
    expect(ran).toEqual([1, 2])
  })
})

describe('the GPU panel', () => {
  const report = (change: Partial<ProviderReport>): ProviderReport => ({
    provider: 'cuda',
    available: true,
    runs: true,
    reason: 'NVIDIA H100',
    code: 'provider.agrees',
    details: { difference: '1.0e-6', allowed: 0.001 },
    remedy: null,
    maxRelativeDifference: 3.1e-6,
    msPerStudent: 0.0123,
    studentsPerSecond: 81300,
    ...change,
  })

  async function showPanel(reports: readonly ProviderReport[]) {
    const { show } = await startRenderer({
      models: {
        providers: () => ({ chosen: 'cuda', reports, runtimeVersion: '1.30.0', warmUpRuns: 5, timedRuns: 20 }),
      },
    })
    const wrapper = (mounted = show(ProviderCard))
    await stores.runs.probe()
    await settled()
    return wrapper
      .findAll('li')
      .map((row) => row.text())
      .concat(wrapper.text())
  }

  test('what ran, its speed and agreement; what is missing by name; how it was measured', async () => {
    const missing = report({
      provider: 'tensorrt',
      available: false,
      runs: false,
      reason: 'libnvinfer.so.10 was not found.',
      maxRelativeDifference: null,
      msPerStudent: null,
      studentsPerSecond: null,
    })
    const [cuda, tensorrt, all] = await showPanel([report({}), missing])
    for (const part of ['used', 'runs', '0.012 ms per student', '81,300 students/s', 'Agrees with the CPU', '3.1e-6']) {
      expect(cuda).toContain(part)
    }
    expect(tensorrt).toContain('not there')
    expect(tensorrt).toContain('libnvinfer.so.10')
    expect(all).toContain('Mean of 20 timed runs after 5 to warm up')
  })

  test('one that disagrees with the CPU says that', async () => {
    const [cuda] = await showPanel([report({ runs: false, maxRelativeDifference: 0.4 })])
    expect(cuda).toContain('does not run')
    expect(cuda).toContain('Does not agree with the CPU: largest relative difference 4.0e-1')
  })

  test('a crash of the probe is said once, in the panel, and coming back does not try by itself', async () => {
    const { show, workbench } = await startRenderer({ models: { providers: crash } })
    const probes = () => workbench.state.calls.filter(({ name }) => name === 'models.providers').length
    const first = show(ModelsView)
    await settled()
    first.unmount()
    const wrapper = (mounted = show(ModelsView))
    await settled()
    expect(wrapper.findAll('[role="alert"]')).toHaveLength(1)
    expect(stores.notices.notices).toEqual([])
    expect(probes()).toBe(1)
    await buttonIn(wrapper, 'Check again').trigger('click')
    await settled()
    expect(probes()).toBe(2)
  })
})

const seed = (number: number, macroF1NoNull: number | null) => ({
  seed: number,
  macroF1NoNull,
  macroF1: 70,
  accuracy: 80,
  accuracyNoNull: null,
  loss: 0.51239,
  bestEpoch: 12,
})
const results: ResultFolder = {
  folder: '/results/training',
  models: [
    {
      model: 'rafnet_c_spatial',
      seeds: [seed(41, 83.2), seed(42, null)],
      metrics: {
        macroF1NoNull: { mean: 83.2, std: 0.4, min: 83, max: 84 },
        macroF1: null,
        accuracy: { mean: 80, std: 0, min: 80, max: 80 },
        accuracyNoNull: null,
        loss: { mean: 0.51239, std: 0.00123, min: 0.5, max: 0.6 },
      },
    },
  ],
  problems: [{ file: '/results/training/x/seed_43/results.json', reason: 'It ends in the middle.' }],
}

describe('results made by Python', () => {
  test('mean ± sd per model, every seed, problems, and the summary is saved where one says', async () => {
    const { show, workbench } = await startRenderer({ evaluation: { resultFolder: () => results } })
    const wrapper = (mounted = show(ResultFolderCard))
    await buttonIn(wrapper, 'Choose a folder').trigger('click')
    await pick('/results/training')
    const cells = (selector: string) =>
      wrapper
        .get(selector)
        .findAll('td')
        .map((cell) => cell.text())
    expect(cells('[data-model="rafnet_c_spatial"]')).toEqual([
      '83.20 ± 0.40',
      '–',
      '80.00 ± 0.00',
      '–',
      '0.5124 ± 0.0012',
      '',
    ])
    expect(cells('[data-seed="rafnet_c_spatial 42"]')).toEqual(['–', '70.00', '80.00', '–', '0.5124', '12'])
    expect(wrapper.text()).toContain('It ends in the middle.')
    await buttonIn(wrapper, 'Save final_results').trigger('click')
    await pick('/out')
    const asked = workbench.state.calls
      .filter(({ name }) => name === 'evaluation.resultFolder')
      .map(({ input }) => input)
    expect(asked).toEqual([
      { folder: '/results/training', out: null },
      { folder: '/results/training', out: '/out' },
    ])
    expect(wrapper.get('[data-testid="written"]').text()).toContain('final_results.csv')
  })

  test('a folder without results says so', async () => {
    const { show } = await startRenderer({
      evaluation: { resultFolder: () => ({ ...results, models: [], problems: [] }) },
    })
    const wrapper = (mounted = show(ResultFolderCard))
    await buttonIn(wrapper, 'Choose a folder').trigger('click')
    await pick('/empty')
    expect(wrapper.text()).toContain('No run folder with results was found')
    expect(buttonIn(wrapper, 'Save final_results')).toBeUndefined()
  })
})
