// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defineComponent } from 'vue'
import LearningPanel from '../../../../src-renderer/components/learning/LearningPanel.vue'
import LearningStatus from '../../../../src-renderer/components/learning/LearningStatus.vue'
import { useLearntRun } from '../../../../src-renderer/components/learning/use-learnt-run.ts'
import { i18n } from '../../../../src-renderer/i18n.ts'
import { modelInfo, runInfo } from '../../../support/fake-workbench.ts'
import { learningState, learntModel } from '../../../support/learning.ts'
import { settled, startRenderer, stores } from '../../../support/renderer.ts'

let cleanUp: (() => void)[] = []
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  cleanUp.forEach((work) => work())
  cleanUp = []
  document.body.innerHTML = ''
})

async function showPanel(state: ReturnType<typeof learningState>, component: object = LearningPanel) {
  const renderer = await startRenderer({}, ({ state: fake }) => {
    fake.models = [modelInfo]
    fake.runs = [runInfo(1)]
  })
  const wrapper = renderer.show(component)
  cleanUp.push(() => wrapper.unmount())
  renderer.workbench.showLearning(state)
  await settled()
  const button = (name: string) => wrapper.findAll('button').find((one) => one.text().includes(name))
  const called = (name: string) => renderer.workbench.state.calls.filter((one) => one.name === `learning.${name}`)
  return { ...renderer, wrapper, button, called }
}

describe('the learning panel', () => {
  test('before the first training it says how far it is', async () => {
    const { wrapper } = await showPanel(learningState())
    expect(wrapper.text()).toContain('Learns after 14 more corrections')
    expect(wrapper.text()).toContain('After a few dozen corrections')
  })

  test('says on how much it stands, how far it can be believed, and what knowing nothing would reach', async () => {
    const { wrapper } = await showPanel(learningState({ models: [learntModel(1)], activeId: 1, state: 'ready' }))
    const text = wrapper.text()
    expect(text).toContain('Learnt from 86 corrections · in 4 photos')
    expect(text).toContain('71 % (63 – 78 %)')
    expect(text).toContain('of 86 students were named rightly, in photos that it had not learnt from')
    expect(text).toContain('Always saying “Listening” would be right on 49 %, going by the photo alone on 60 %.')
    expect(text).toContain('It has learnt more than that')
  })

  test('labels of a file are counted apart; held-out students of known photos are said to be that', async () => {
    const model = learntModel(1, { imported: 40, heldOut: 'students' })
    const { wrapper } = await showPanel(learningState({ models: [model], activeId: 1 }))
    expect(wrapper.text()).toContain('86 corrections · 40 imported labels · in 4 photos')
    expect(wrapper.text()).toContain('in new photos it may do worse')
  })

  test.each([
    [70, 'may still be chance'],
    [75, 'Not better than that yet'],
  ])('going by the photo reaches %d %%: %s', async (sceneOnlyAccuracy, verdict) => {
    const { wrapper } = await showPanel(learningState({ models: [learntModel(1, { sceneOnlyAccuracy })], activeId: 1 }))
    expect(wrapper.text()).toContain(verdict)
  })

  test('blocked says why, and there is nothing to press', async () => {
    const problem = { code: 'learning.one-class', message: 'All corrections are of one class.', details: {} }
    const { wrapper, button } = await showPanel(learningState({ state: 'blocked', problem }))
    expect(wrapper.get('[data-testid="learning-now"]').text()).toBe('All corrections are of one class.')
    expect(button('Learn now')!.attributes('disabled')).toBeDefined()
  })

  test('weak vectors are called weak, with the way to better ones', async () => {
    const { wrapper } = await showPanel(learningState({ weakVectors: true }))
    expect(wrapper.text()).toContain('a weak start')
    expect(wrapper.text()).toContain('Add ConvNeXt weights')
  })

  test('learning now and switching off ask the workbench', async () => {
    const { wrapper, button, called } = await showPanel(learningState())
    await button('Learn now')!.trigger('click')
    await settled()
    expect(called('learnNow')).toHaveLength(1)
    await wrapper.get('[role="switch"]').trigger('click')
    await settled()
    expect(called('configure').at(-1)?.input).toEqual({ enabled: false, modality: null })
  })

  test('an earlier version can be used, and its predictions are shown', async () => {
    const models = [learntModel(2), learntModel(1)]
    const { wrapper, button, called, workbench } = await showPanel(learningState({ models, activeId: 2 }))
    workbench.state.runs = [runInfo(1), runInfo(101), runInfo(102)]
    await button('Show 2 versions')!.trigger('click')
    expect(wrapper.get('[data-testid="learnt-2"]').text()).toContain('In use')
    await wrapper.get('[data-testid="learnt-1"] button').trigger('click')
    await settled()
    expect(called('activate').at(-1)?.input).toEqual({ learntId: 1 })
    expect(stores.runs.runA?.id).toBe(101)
  })
})

describe('at the foot of the window', () => {
  test.each([
    [learningState(), '10 of 24 corrections to learn from'],
    [learningState({ models: [learntModel(1)], activeId: 1 }), 'Learnt: 71 % right'],
    [learningState({ state: 'training' }), 'Learning now…'],
    [learningState({ state: 'off', enabled: false }), 'Learning is off'],
    [learningState({ state: 'blocked' }), 'Learning has to wait'],
  ])('in a few words', async (state, words) => {
    const { wrapper } = await showPanel(state, LearningStatus)
    expect(wrapper.text()).toBe(words)
  })
})

describe('the run of a newly learnt head', () => {
  const follower = defineComponent({ setup: useLearntRun, render: () => null })
  async function learn(pinned: number | null) {
    const page = await showPanel(learningState(), follower)
    if (pinned !== null) stores.runs.choose({ a: pinned })
    const publish = async (...models: ReturnType<typeof learntModel>[]) => {
      page.workbench.state.runs = [runInfo(1), ...models.map((one) => runInfo(one.runId))]
      page.workbench.showLearning(learningState({ models, activeId: models[0]!.id, state: 'ready' }))
      await settled()
    }
    return { ...page, publish }
  }
  const notices = () => stores.notices.notices.map((one) => one.message)

  test('is shown where nobody chose another, and a notice says so once', async () => {
    const { publish } = await learn(null)
    await publish(learntModel(1))
    expect(stores.runs.runA?.id).toBe(101)
    await publish(learntModel(2), learntModel(1))
    expect(stores.runs.runA?.id).toBe(102)
    expect(notices()).toEqual(['Learnt from 86 students. Predictions are now those of what was learnt.'])
  })

  test('leaves the run that somebody chose, and offers itself', async () => {
    const { publish } = await learn(1)
    await publish(learntModel(1))
    expect(stores.runs.runA?.id).toBe(1)
    const [notice] = stores.notices.notices
    expect(notice?.message).toContain('Another model’s predictions stay shown')
    notice?.action?.run()
    await settled()
    expect(stores.runs.runA?.id).toBe(101)
  })

  test('heads from before this sitting are no news', async () => {
    const { publish } = await learn(1)
    await publish(learntModel(1, { createdAt: '2020-01-01T00:00:00.000Z' }))
    expect(notices()).toEqual([])
    expect(stores.runs.runA?.id).toBe(1)
  })
})
