// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import type { NoiseStudy, WeightsInfo } from '#shared/contract/extraction.ts'
import AddWeightsDialog from '../../../../src-renderer/components/extraction/AddWeightsDialog.vue'
import ChainOutcome from '../../../../src-renderer/components/extraction/ChainOutcome.vue'
import ExtractionDialogs from '../../../../src-renderer/components/extraction/ExtractionDialogs.vue'
import MakeFeaturesDialog from '../../../../src-renderer/components/extraction/MakeFeaturesDialog.vue'
import NoiseResult from '../../../../src-renderer/components/extraction/NoiseResult.vue'
import RunRafnetDialog from '../../../../src-renderer/components/extraction/RunRafnetDialog.vue'
import { i18n } from '../../../../src-renderer/i18n.ts'
import { useOpenProject } from '../../../../src-renderer/composables/use-open-project.ts'
import WantedCard from '../../../../src-renderer/views/models/weights/WantedCard.vue'
import WeightsTab from '../../../../src-renderer/views/models/weights/WeightsTab.vue'
import { modelInfo, projectSummary, runInfo, type HandlerOverrides } from '../../../support/fake-workbench.ts'
import { settled, startRenderer, stores } from '../../../support/renderer.ts'
import { convnext, embedSummary, groupRec, nanodet, nanodetMaps, wantedOf } from '../../../support/weights.ts'

let mounted: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  mounted?.unmount()
  document.body.innerHTML = ''
})

const page = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)]
const button = (text: string) => page('button').find((one) => one.textContent.includes(text))!
async function click(text: string): Promise<void> {
  button(text).click()
  await settled()
}
async function submit(): Promise<void> {
  page('form')[0]!.dispatchEvent(new Event('submit', { cancelable: true }))
  await settled()
}
async function choose(text: string): Promise<void> {
  page('[role="radio"]')
    .find((one) => one.textContent.includes(text))!
    .click()
  await settled()
}

async function start(extraction: NonNullable<HandlerOverrides['extraction']>) {
  const started = await startRenderer({ extraction })
  const asked = (name: string) =>
    started.workbench.state.calls.filter((call) => call.name === name).map(({ input }) => input)
  return { ...started, asked }
}

describe('the list of weights', () => {
  test('says what is built in, which file it is, what is wrong; a trial tells where it ran and what int8 costs', async () => {
    const gone: WeightsInfo = {
      ...groupRec,
      problem: { code: 'weights.file-missing', message: '/weights/relation.pkl is no longer there.', details: {} },
    }
    const { show } = await start({
      weights: () => [nanodet, convnext, gone],
      testWeights: ({ weightsId }) => ({
        weightsId,
        provider: 'cpu',
        providerReason: 'no CUDA library',
        elapsedMs: 412,
        found: 1024,
        finite: true,
        int8Cosine: 0.9987,
      }),
    })
    const wrapper = (mounted = show(WeightsTab))
    await settled()
    const entry = (id: string) => wrapper.get(`[data-testid="weights-${id}"]`)
    expect(entry('nanodet').text()).toContain('comes with Lectern')
    expect(entry('nanodet').text()).toContain('finds students')
    expect(entry('nanodet').find('[aria-label="Forget these weights"]').exists()).toBe(false)
    expect(entry('beef').get('[data-testid="weights-problem"]').text()).toContain('no longer there')
    for (const one of entry('beef')
      .findAll('button')
      .filter((one) => /Test|Make/.test(one.text()))) {
      expect(one.attributes('disabled')).toBeDefined()
    }
    const test = entry('c0ffee')
      .findAll('button')
      .find((one) => one.text() === 'Test')!
    await test.trigger('click')
    await settled()
    const told = entry('c0ffee').get('[data-testid="weights-test"]').text()
    for (const part of ['CPU in 412 ms', '1,024 numbers', '0.9987', 'no CUDA library']) expect(told).toContain(part)
  })

  test('forgets one after a question', async () => {
    const { show, asked } = await start({ weights: () => [convnext] })
    const wrapper = (mounted = show(WeightsTab))
    await settled()
    await wrapper.get('[aria-label="Forget these weights"]').trigger('click')
    stores.confirm.reply(true)
    await settled()
    expect(asked('extraction.removeWeights')).toEqual([{ weightsId: 'c0ffee' }])
  })

  test("RAFNet's files are a checklist: where each is published, or what fills its place", async () => {
    const { show } = await start({
      weights: () => [convnext],
      wanted: () => wantedOf({ appearance: convnext.id }),
    })
    await stores.weights.ensure()
    const wrapper = (mounted = show(WantedCard))
    const row = (role: string) => wrapper.get(`[data-role="${role}"]`)
    expect(row('appearance').attributes('data-there')).toBe('true')
    expect(row('appearance').text()).toContain('There: convnext_base')
    for (const part of ['relation.pth', '326.0 MB', "GroupRec's authors", 'as its authors state'])
      expect(row('relation').text()).toContain(part)
    expect(row('detector').text()).toContain('(optional)')
  })
})

describe('a weights file', () => {
  test('that is recognised shows what it is and is kept under a name', async () => {
    const { show, asked } = await start({
      inspectWeights: () => convnext,
      addWeights: ({ name }) => ({ ...convnext, name: name ?? '' }),
    })
    mounted = show(AddWeightsDialog, { file: '/weights/convnext_base.pth' })
    await settled()
    const told = page('[data-testid="recognised"]')[0]!.textContent
    for (const part of ['convnext (appearance)', 'depths 3, 3, 27, 3', '1,024 numbers']) expect(told).toContain(part)
    const name = page('input').at(-1) as HTMLInputElement
    expect(name.value).toBe('convnext_base')
    name.value = ' Base '
    name.dispatchEvent(new Event('input'))
    await submit()
    expect(asked('extraction.addWeights')).toEqual([{ file: '/weights/convnext_base.pth', name: 'Base' }])
  })

  test('that is none says why; a head may be added as a model instead', async () => {
    const { show, router } = await start({
      inspectWeights: () => {
        throw new AppError('weights.unrecognised', 'head.pth holds 25 tensors that are none of these.')
      },
    })
    mounted = show(AddWeightsDialog, { file: '/weights/head.pth' })
    await settled()
    expect(page('[role="alert"]')[0]!.textContent).toContain('25 tensors')
    await click('Add it as a model')
    expect(stores.dialogs.addingModel).toEqual({ file: '/weights/head.pth' })
    expect(router.currentRoute.value.name).toBe('models')
  })

  test('dropped where weights are listed is one of them, whatever its ending; several come one after the other', async () => {
    const { show, router } = await start({ inspectWeights: () => convnext })
    let opening = {} as ReturnType<typeof useOpenProject>
    mounted = show({
      components: { ExtractionDialogs },
      setup: () => {
        opening = useOpenProject()
        return {}
      },
      template: '<ExtractionDialogs />',
    })
    await opening.openPaths(['/w/relation_common_group8.pkl'])
    expect(stores.dialogs.importing?.features).toBe('/w/relation_common_group8.pkl')
    await router.push({ name: 'models', query: { tab: 'weights' } })
    await opening.openPaths(['/w/relation_common_group8.pkl', '/w/convnext.pth'])
    expect(stores.dialogs.addingWeights).toEqual({ files: ['/w/relation_common_group8.pkl', '/w/convnext.pth'] })
    await router.push('/label')
    await opening.openPaths(['/w/yolox.pth.tar'])
    expect(stores.dialogs.addingWeights).toEqual({ files: ['/w/yolox.pth.tar'] })
  })
})

describe('making features', () => {
  const test1 = { provider: 'cpu', providerReason: '', elapsedMs: 1, found: 1024, finite: true, int8Cosine: 0.9987 }
  const extraction: NonNullable<HandlerOverrides['extraction']> = {
    weights: () => [nanodet, nanodetMaps, convnext, groupRec],
    testWeights: ({ weightsId }) => ({ ...test1, weightsId }),
    embed: () => ({
      ...embedSummary,
      omitted: [{ code: 'no-box', reason: 'has no box', count: 2 }],
      failed: [{ scene: 'b.jpg', error: { code: 'photo.truncated', message: 'It ends early.', details: {} } }],
    }),
  }

  test('with int8 measures its cosine first; existing vectors are replaced only where somebody says so', async () => {
    const { show, asked } = await start(extraction)
    mounted = show(MakeFeaturesDialog, { request: { weightsId: 'c0ffee', sceneIds: null } })
    await settled()
    expect(page('[data-testid="noise"]')).toHaveLength(0)
    await choose('int8')
    expect(page('[data-testid="cosine"]')[0]!.textContent).toContain('0.9987')
    const replace = page('input[type="checkbox"]')[0] as HTMLInputElement
    replace.checked = true
    replace.dispatchEvent(new Event('change'))
    await submit()
    expect(asked('extraction.embed')).toEqual([
      {
        weightsId: 'c0ffee',
        modality: 'convnext',
        precision: 'int8',
        noise: { kind: 'seed', seed: 0 },
        replace: true,
        sceneIds: null,
        device: 'auto',
      },
    ])
    const told = page('[data-testid="embed-outcome"]')[0]!.textContent
    for (const part of ['1024', '61', 'has no box', '1 photo failed']) expect(told).toContain(part)
  })

  test('of relations asks about the noise, in plain words', async () => {
    const { show, asked } = await start(extraction)
    mounted = show(MakeFeaturesDialog, { request: { weightsId: 'beef', sceneIds: [5] } })
    await settled()
    expect(page('[data-testid="noise"]')[0]!.textContent).toContain('one such random draw')
    await choose('Mean of several')
    const [draws, seed] = page('[data-testid="noise"] input') as HTMLInputElement[]
    draws!.value = '1'
    draws!.dispatchEvent(new Event('change'))
    expect(draws!.value).toBe('10')
    seed!.value = '7'
    seed!.dispatchEvent(new Event('change'))
    await settled()
    await submit()
    expect(asked('extraction.embed')).toMatchObject([{ noise: { kind: 'mean', draws: 10, seed: 7 }, sceneIds: [5] }])
  })

  test('goes on when the dialog is closed, and says when it is done', async () => {
    let finish: (value: typeof embedSummary) => void = () => undefined
    const { show } = await start({
      ...extraction,
      embed: () => new Promise<typeof embedSummary>((resolve) => (finish = resolve)),
    })
    mounted = show(MakeFeaturesDialog, { request: { weightsId: 'c0ffee', sceneIds: null } })
    await settled()
    await submit()
    await click('Go on in the background')
    expect(stores.extraction.embedding).toBe(true)
    finish(embedSummary)
    await settled()
    const [notice] = stores.notices.notices
    expect(notice?.message).toContain('61 students')
    notice!.action!.run()
    expect(stores.dialogs.makingFeatures).toEqual({ weightsId: 'c0ffee', sceneIds: null })
  })

  test('that fails says why above the form', async () => {
    const { show } = await start({
      ...extraction,
      embed: () => {
        throw new AppError('features.other-producer', 'Other weights made "convnext".')
      },
    })
    mounted = show(MakeFeaturesDialog, { request: { weightsId: 'c0ffee', sceneIds: null } })
    await settled()
    await submit()
    expect(page('[role="alert"]')[0]!.textContent).toContain('Other weights made')
    expect(button('Make features')).toBeDefined()
  })
})

describe('RAFNet on a folder', () => {
  const head = {
    ...modelInfo,
    modalities: ['grouprec', 'convnext'].map((name) => ({ name, width: 1024, role: 'feature' as const })),
  }
  const bare = { ...projectSummary, students: 0, modalities: [] }
  const ran = {
    detect: null,
    embeds: [embedSummary],
    runId: 9,
    file: '/out/features.pkl',
    recordFile: '/out/run_metadata.json',
  }

  async function showChain(
    weights: readonly WeightsInfo[],
    wanted = wantedOf({ appearance: 'c0ffee', relation: 'beef' }),
  ) {
    const started = await startRenderer(
      { extraction: { weights: () => weights, wanted: () => wanted, extract: () => ran } },
      ({ state }) => {
        state.project = bare
        state.models = [head]
        state.runs = [runInfo(9)]
      },
    )
    await stores.runs.load()
    mounted = started.show(RunRafnetDialog)
    await settled()
    const asked = started.workbench.state.calls
    return {
      ...started,
      sent: () => asked.filter(({ name }) => name === 'extraction.extract').map(({ input }) => input),
    }
  }
  test('lists a photo that no network could read once, with the vectors that it lacks', async () => {
    const failed = (scene: string, code: string) => ({
      scene,
      error: { code, message: `${scene}: ${code}`, details: {} },
    })
    const broken = failed('broken.jpg', 'photo.damaged')
    const { show } = await startRenderer()
    mounted = show(ChainOutcome, {
      summary: {
        detect: null,
        embeds: [
          { ...embedSummary, modality: 'convnext', failed: [broken, failed('odd.jpg', 'photo.too-large')] },
          { ...embedSummary, modality: 'grouprec', failed: [broken, failed('odd.jpg', 'relation.no-box')] },
        ],
        runId: null,
        file: null,
        recordFile: null,
      },
    })
    await settled()
    const lists = page('[data-testid="failures"]')
    expect(lists.map((one) => one.textContent.trim())).toEqual(['2 photos failed'])
    lists[0]!.querySelector('button')!.click()
    await settled()
    const rows = page('[data-testid="failures"] li').map((one) => one.textContent.replaceAll(/\s+/g, ' ').trim())
    expect(rows.map((row) => row.split('.jpg')[0])).toEqual(['broken', 'odd', 'odd'])
    expect(rows[0]).toMatch(/Not made for it: convnext, grouprec$/)
    expect(rows[1]).toMatch(/Not made for it: convnext$/)
    expect(rows[2]).toMatch(/Not made for it: grouprec$/)
  })

  const stateOf = (key: string) => page(`[data-step="${key}"]`)[0]?.dataset['state']

  test('shows every step, runs them, and leads to the students', async () => {
    const { sent, router } = await showChain([nanodet, convnext, groupRec])
    expect(['photos', 'boxes', 'appearance', 'relation', 'predictions', 'pickle'].map(stateOf)).toEqual([
      'done',
      'will-run',
      'will-run',
      'will-run',
      'will-run',
      'left-out',
    ])
    await submit()
    expect(sent()).toEqual([
      {
        detector: 'nanodet',
        appearance: 'c0ffee',
        relation: 'beef',
        noise: { kind: 'seed', seed: 0 },
        modelId: 1,
        out: null,
        sceneIds: null,
        device: 'auto',
      },
    ])
    expect(page('[data-testid="chain-outcome"]')[0]!.textContent).toMatch(/features\.pkl.*run_metadata\.json/s)
    await click('Look at the students')
    expect(router.currentRoute.value.name).toBe('label')
    expect(stores.runs.runA?.id).toBe(9)
  })

  test('names the missing file with where it is published, its size and licence, and cannot start', async () => {
    const { sent } = await showChain([nanodet, convnext], wantedOf({ appearance: 'c0ffee' }))
    expect(stateOf('relation')).toBe('missing')
    const told = page('[data-step="relation"]')[0]!.textContent
    for (const part of ['relation.pth', '326.0 MB', "GroupRec's authors", 'as its authors state'])
      expect(told).toContain(part)
    expect((page('button[type="submit"]')[0] as HTMLButtonElement).disabled).toBe(true)
    expect(sent()).toEqual([])
  })
})

describe('the study of noise', () => {
  const study: NoiseStudy = {
    draws: 20,
    students: 151,
    unstable: 6,
    classes: [
      { classIndex: 0, students: 140, unstable: 4 },
      { classIndex: 2, students: 4, unstable: 2 },
    ],
    accuracies: [80, 82, 81],
    meanVectorDistance: 0.125,
  }

  test('tells a share with its interval, classes, the spread of accuracies', async () => {
    const { show } = await start({})
    const wrapper = (mounted = show(NoiseResult, { study }))
    const text = wrapper.text()
    for (const part of [
      '4.0 %',
      '6 of 151 students do not get the same class in all 20 draws',
      '80.0 %',
      '82.0 %',
      '81.0 %',
      '12.5 %',
    ]) {
      expect(text).toContain(part)
    }
    expect(wrapper.get('[data-class="2"]').classes()).toContain('text-ink-3')
  })

  test('with nobody labelled compares nothing; steady answers are said to be that', async () => {
    const { show } = await start({})
    const wrapper = (mounted = show(NoiseResult, { study: { ...study, unstable: 0, accuracies: [], classes: [] } }))
    expect(wrapper.text()).toContain('Nobody is labelled')
    expect(wrapper.text()).toContain("No student's class depends on the draw")
  })
})
