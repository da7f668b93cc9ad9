// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import type { DetectSummary } from '#shared/contract/extraction.ts'
import type { SceneStudent } from '#shared/contract/scenes.ts'
import DetectionScore from '../../../../src-renderer/components/extraction/DetectionScore.vue'
import FindStudentsBanner from '../../../../src-renderer/components/extraction/FindStudentsBanner.vue'
import StaleFeatures from '../../../../src-renderer/components/extraction/StaleFeatures.vue'
import StalePrediction from '../../../../src-renderer/components/extraction/StalePrediction.vue'
import { useSceneStudents } from '../../../../src-renderer/components/extraction/use-scene-students.ts'
import WeakVectors from '../../../../src-renderer/components/extraction/WeakVectors.vue'
import { i18n } from '../../../../src-renderer/i18n.ts'
import { useLabelScene } from '../../../../src-renderer/stores/label-scene.ts'
import { classroom, prediction, pupil } from '../../../support/classroom.ts'
import { modelInfo, projectSummary, runInfo, type HandlerOverrides } from '../../../support/fake-workbench.ts'
import { settled, startRenderer, stores } from '../../../support/renderer.ts'
import { detectSummary, embedSummary, groupRec, nanodet, nanodetMaps, unfetched } from '../../../support/weights.ts'

let mounted: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  mounted?.unmount()
  document.body.innerHTML = ''
})

const bare = { ...projectSummary, scenes: 214, students: 0, modalities: [] }

async function showBanner(extraction: HandlerOverrides['extraction'], project = bare) {
  const started = await startRenderer(
    { extraction: { weights: () => [nanodet, nanodetMaps], ...extraction } },
    ({ state }) => (state.project = project),
  )
  const wrapper = (mounted = started.show(FindStudentsBanner))
  await settled()
  const state = () => wrapper.find('[data-testid="find-students"]').attributes('data-state')
  const asked = (name: string) => started.workbench.state.calls.filter((call) => call.name === name)
  return { ...started, wrapper, state, asked, detection: stores.detection }
}

describe('photos without students', () => {
  test('offer to find them, by their number', async () => {
    const { wrapper, state } = await showBanner({})
    expect(state()).toBe('ready')
    expect(wrapper.get('[data-testid="find-all"]').text()).toContain('Find students in all 214 photos')
  })

  test('are not mentioned once somebody is marked, nor before there is a photo', async () => {
    const marked = await showBanner({}, { ...bare, students: 1 })
    expect(marked.wrapper.find('[data-testid="find-students"]').exists()).toBe(false)
    mounted?.unmount()
    const empty = await showBanner({}, { ...bare, scenes: 0 })
    expect(empty.wrapper.find('[data-testid="find-students"]').exists()).toBe(false)
  })

  test('without the detector say how to get it, and see it once it is there', async () => {
    let known = [unfetched]
    const { wrapper, state } = await showBanner({ weights: () => known })
    expect(state()).toBe('missing')
    expect(wrapper.get('code').text()).toBe('node scripts/default-models.mjs')
    known = [nanodet]
    await wrapper
      .findAll('button')
      .find((one) => one.text() === 'Check again')!
      .trigger('click')
    await settled()
    expect(state()).toBe('ready')
  })
})

describe('an open photo without students', () => {
  const marked = { ...bare, students: 5 }
  async function open(sceneId: number) {
    const { overrides } = classroom({ 1: [pupil(1)], 2: [] })
    const started = await startRenderer(
      { ...overrides, extraction: { weights: () => [nanodet, nanodetMaps] } },
      ({ state }) => (state.project = marked),
    )
    const ran: string[] = []
    stores.actions.register({
      'students.find-here': () => ran.push('here'),
      'students.find-all': () => ran.push('all'),
    })
    const wrapper = (mounted = started.show(FindStudentsBanner))
    const scene = useLabelScene(started.pinia)
    await scene.open(sceneId)
    await settled()
    return { wrapper, scene, ran, banner: () => wrapper.find('[data-testid="find-students"]') }
  }

  test('offers to find them there, or everywhere, though other photos have some', async () => {
    const { wrapper, banner, ran } = await open(2)
    expect(banner().text()).toContain('Nobody is marked on this photo.')
    await wrapper.get('[data-testid="find-here"]').trigger('click')
    await wrapper.get('[data-testid="find-all"]').trigger('click')
    expect(ran).toEqual(['here', 'all'])
  })

  test('says nothing beside one that has some, and comes and goes with the open photo', async () => {
    const { scene, banner } = await open(1)
    expect(banner().exists()).toBe(false)
    await scene.open(2)
    await settled()
    expect(banner().exists()).toBe(true)
    await scene.open(1)
    await settled()
    expect(banner().exists()).toBe(false)
  })
})

describe('finding students in all photos', () => {
  test('asks with what was chosen, shows progress, then what was found and how far it can be trusted, once', async () => {
    let finish: (summary: DetectSummary) => void = () => undefined
    const { wrapper, state, asked, detection, workbench } = await showBanner({
      detect: () => new Promise<DetectSummary>((resolve) => (finish = resolve)),
    })
    detection.choose({ setting: 'fast' })
    const finding = detection.findAll()
    await settled()
    workbench.showJobs([
      {
        id: 4,
        kind: 'detect',
        subject: 'NanoDet',
        state: 'running',
        done: 20,
        total: 214,
        startedAt: new Date(Date.now() - 10_000).toISOString(),
        endedAt: null,
        cancellable: true,
        error: null,
      },
    ])
    await settled()
    expect(state()).toBe('busy')
    expect(wrapper.get('[data-testid="scenes-progress"]').text()).toMatch(/20 of 214 photos · 2\.0 photos\/s · .*left/)
    finish(detectSummary)
    await finding
    await settled()
    expect(asked('extraction.detect').map(({ input }) => input)).toEqual([
      { weightsId: 'nanodet', setting: 'fast', sceneIds: null, replace: false, device: 'auto' },
    ])
    expect(wrapper.text()).toContain('61 students were found in 2 photos.')
    expect(wrapper.get('[data-testid="how-sure"]').text()).toContain('one box in eleven')

    detection.dismiss()
    await settled()
    const again = detection.findAll()
    await settled()
    finish(detectSummary)
    await again
    await settled()
    expect(wrapper.text()).toContain('61 students')
    expect(wrapper.find('[data-testid="how-sure"]').exists()).toBe(false)
  })

  test('photos that failed are named with their reason', async () => {
    const error = { code: 'photo.truncated', message: 'It ends in the middle.', details: {} }
    const { wrapper, detection } = await showBanner({
      detect: () => ({ ...detectSummary, failed: [{ scene: 'a/b.jpg', error }] }),
    })
    await detection.findAll()
    await settled()
    await wrapper.get('[data-testid="failures"] button').trigger('click')
    await settled()
    expect(wrapper.get('[data-testid="failures"]').text()).toContain('a/b.jpg')
  })

  test('a failure stays until it is dismissed; being stopped is none', async () => {
    let code = 'compute.crashed'
    const { wrapper, state, detection } = await showBanner({
      detect: () => {
        throw new AppError(code, 'It ended.')
      },
    })
    await detection.findAll()
    await settled()
    expect(state()).toBe('failed')
    expect(wrapper.get('[role="alert"]').text()).toContain('compute.crashed')
    code = 'job.cancelled'
    await detection.findAll()
    await settled()
    expect(state()).toBe('ready')
  })

  test('nothing to do is said as that', async () => {
    const { wrapper, detection } = await showBanner({
      detect: () => ({ ...detectSummary, scenes: 0, boxes: 0, skipped: 214 }),
    })
    await detection.findAll()
    await settled()
    expect(wrapper.text()).toContain('nothing to do')
    expect(wrapper.text()).not.toContain('Look them over')
  })
})

async function commands(extraction: HandlerOverrides['extraction']) {
  const started = await startRenderer({ extraction: { weights: () => [nanodet], ...extraction } })
  let found = {} as ReturnType<typeof useSceneStudents>
  mounted = started.show({
    setup: () => {
      found = useSceneStudents()
      return () => null
    },
  })
  const asked = (name: string) =>
    started.workbench.state.calls.filter((call) => call.name === name).map(({ input }) => input)
  return { ...found, asked }
}
const said = () => stores.notices.notices.map((one) => one.message)

describe('one photo', () => {
  test('is looked over anew, with undo at hand', async () => {
    const { findHere, asked } = await commands({ detect: () => ({ ...detectSummary, boxes: 3 }) })
    await findHere(7)
    expect(asked('extraction.detect')).toMatchObject([{ sceneIds: [7], replace: true }])
    expect(said()).toEqual(['3 students were found on this photo.'])
    expect(stores.notices.notices[0]?.action?.label).toBe('Undo')
  })

  test.each([
    ['students of a file', { scenes: 0, boxes: 0, skipped: 1 }, 'come from a file'],
    ['nobody', { scenes: 1, boxes: 0 }, 'Draw who is missing'],
    [
      'a broken photo',
      {
        scenes: 0,
        boxes: 0,
        failed: [{ scene: 'a.jpg', error: { code: 'x', message: 'a.jpg is broken', details: {} } }],
      },
      'a.jpg is broken',
    ],
  ])('with %s says so', async (_name, change, message) => {
    const { findHere } = await commands({ detect: () => ({ ...detectSummary, ...change }) })
    await findHere(7)
    expect(said()).toEqual([expect.stringContaining(message)])
  })

  test('loses untouched boxes only after a question', async () => {
    const { discard, asked } = await commands({ discardDetections: () => ({ students: 2 }) })
    const refused = discard([7])
    stores.confirm.reply(false)
    await refused
    expect(asked('extraction.discardDetections')).toEqual([])
    const agreed = discard([7])
    stores.confirm.reply(true)
    await agreed
    expect(asked('extraction.discardDetections')).toEqual([{ sceneIds: [7] }])
    expect(said()).toEqual(['2 boxes were removed.'])
  })
})

describe('a student that a detector found', () => {
  test('shows its score in percent', async () => {
    const { show } = await startRenderer()
    const wrapper = (mounted = show(DetectionScore, { score: 0.517 }))
    expect(wrapper.text()).toContain('52 %')
  })
})

describe('a box that was drawn after features were made', () => {
  const drawn = { kind: 'seed' as const, seed: 3 }
  const made = [
    {
      name: 'nanodet',
      width: 768,
      students: 4,
      madeWith: {
        weightsFile: 'nanodet.bin',
        weightsSha256: nanodetMaps.sha256!,
        precision: 'float32' as const,
        noise: null,
      },
    },
    {
      name: 'grouprec',
      width: 1024,
      students: 4,
      madeWith: {
        weightsFile: 'group.pkl',
        weightsSha256: groupRec.sha256!,
        precision: 'float32' as const,
        noise: drawn,
      },
    },
  ]

  test('says which are missing and makes them for its photo as the others were made; that neighbours changed is said', async () => {
    const asked: unknown[] = []
    const renewed = { code: 'relations-renewed', severity: 'info' as const, count: 1, message: '', examples: ['1.jpg'] }
    const { show } = await startRenderer(
      {
        extraction: {
          weights: () => [nanodet, nanodetMaps, groupRec],
          embed: ({ weightsId, modality, noise, sceneIds }) => {
            asked.push([weightsId, noise, sceneIds])
            const isRelation = modality === 'grouprec'
            return { ...embedSummary, modality: modality!, students: 7, findings: isRelation ? [renewed] : [] }
          },
        },
      },
      ({ state }) => (state.project = { ...projectSummary, modalities: made }),
    )
    const wrapper = (mounted = show(StaleFeatures, { student: pupil(3) }))
    await settled()
    const note = wrapper.get('[data-testid="stale-features"]')
    expect(note.text()).toContain('Drawn or changed after features were made')
    expect(note.text()).toContain('nanodet, grouprec')
    await wrapper.get('button').trigger('click')
    await settled()
    expect(asked).toEqual([
      ['nanodet-embedding', { kind: 'none' }, [1]],
      [groupRec.id, drawn, [1]],
    ])
    const [notice] = stores.notices.notices
    expect(notice?.message).toBe(
      'Made anew for this photo: nanodet, grouprec. The relation features of all 7 students here changed, since each depends on its neighbours.',
    )
  })

  test('is told from one whose neighbour moved', async () => {
    const { show } = await startRenderer(
      { extraction: { weights: () => [nanodet, nanodetMaps, groupRec] } },
      ({ state }) => (state.project = { ...projectSummary, modalities: made }),
    )
    mounted = show(StaleFeatures, { student: pupil(3, { modalities: ['nanodet'] }) })
    await settled()
    expect(mounted.get('[data-testid="stale-features"]').text()).toMatch(/A neighbour was moved.*Missing: *grouprec/)
  })

  test('of a modality that nothing here makes offers no button; with all there says nothing', async () => {
    const { show } = await startRenderer({ extraction: { weights: () => [nanodet] } })
    mounted = show(StaleFeatures, { student: pupil(3) })
    await settled()
    expect(mounted.find('button').exists()).toBe(false)
    mounted.unmount()
    mounted = show(StaleFeatures, { student: pupil(3, { modalities: ['convnext'] }) })
    await settled()
    expect(mounted.find('[data-testid="stale-features"]').exists()).toBe(false)
  })
})

describe('predictions from before a box changed', () => {
  const said = { predictions: [prediction(1, 2)], modalities: ['convnext'] }

  async function showNote(change: Partial<SceneStudent>, modalities = modelInfo.modalities) {
    const started = await startRenderer({}, ({ state }) => (state.models = [{ ...modelInfo, modalities }]))
    await stores.runs.load()
    mounted = started.show(StalePrediction, { student: pupil(3, { ...said, ...change }), shown: [runInfo(1)] })
    await settled()
    return mounted.find('[data-testid="stale-prediction"]')
  }

  test('say so, and are made anew where the vectors are there', async () => {
    const note = await showNote({ movedSince: [1] })
    expect(note.text()).toContain('from before the box was changed')
    expect(note.get('button').text()).toBe('Predict this photo anew')
    mounted?.unmount()
    const without = await showNote({ movedSince: [1], modalities: [] })
    expect([without.exists(), without.find('button').exists()]).toEqual([true, false])
  })

  test('say nothing where only another run is older', async () => {
    expect((await showNote({ movedSince: [7] })).exists()).toBe(false)
  })

  test('a neighbour’s move counts for heads that look around, and only for those', async () => {
    const own = [{ name: 'convnext', width: 1024, role: 'feature' as const }]
    expect((await showNote({ neighboursMovedSince: [1] }, own)).exists()).toBe(false)
    mounted?.unmount()
    const around = [...own, { name: 'bbox_ctx', width: 4, role: 'box' as const }]
    expect((await showNote({ neighboursMovedSince: [1] }, around)).text()).toContain('from before somebody else')
  })
})

describe("predictions on Lectern's own vectors", () => {
  test('are called a weak start; others are not', async () => {
    const learnt = { ...modelInfo, id: 2, modalities: [{ name: 'nanodet', width: 768, role: 'feature' as const }] }
    const { show } = await startRenderer({ extraction: { weights: () => [nanodet, nanodetMaps] } }, ({ state }) => {
      state.models = [modelInfo, learnt]
    })
    await stores.runs.load()
    const shows = async (modelId: number) => {
      const wrapper = show(WeakVectors, { run: { ...runInfo(1), modelId } })
      await settled()
      const found = wrapper.find('[data-testid="weak-vectors"]').exists()
      wrapper.unmount()
      return found
    }
    expect(await shows(2)).toBe(true)
    expect(await shows(1)).toBe(false)
  })
})
