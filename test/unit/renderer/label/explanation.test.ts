// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defineComponent, h, shallowRef } from 'vue'
import { AppError } from '#shared/contract/app-error.ts'
import type { Explanation } from '#shared/contract/scenes.ts'
import { i18n } from '../../../../src-renderer/i18n.ts'
import { useLabelScene } from '../../../../src-renderer/stores/label-scene.ts'
import StudentInspector from '../../../../src-renderer/views/label/StudentInspector.vue'
import { provideWorkspace, type Workspace } from '../../../../src-renderer/views/label/workspace.ts'
import { classroom } from '../../../support/classroom.ts'
import { modelInfo } from '../../../support/fake-workbench.ts'
import { anExplanation, explainedPupil, gatedRun } from '../../../support/explanations.ts'
import { settled, startRenderer, stores } from '../../../support/renderer.ts'

type Explain = (input: { studentId: number; runId: number }, context: { signal: AbortSignal }) => Promise<Explanation>

let mounted: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  mounted?.unmount()
  document.body.innerHTML = ''
})

/** Longer than a walk has to rest. */
const rest = () => new Promise((resolve) => setTimeout(resolve, 220)).then(() => settled())

async function inspect(explain: Explain = ({ studentId }) => Promise.resolve(anExplanation(studentId))) {
  const room = classroom({ 1: [1, 2, 3].map(explainedPupil) })
  const neighbours = [2, 3].map((studentId, at) => ({ studentId, weight: at === 0 ? 0.7 : 0.3 }))
  const { workbench, pinia, show } = await startRenderer(
    { ...room.overrides, scenes: { ...room.overrides.scenes, neighbours: () => neighbours, explain } },
    ({ state }) => (state.runs = [gatedRun]),
  )
  const scene = useLabelScene(pinia)
  await scene.open(1)
  const student = shallowRef(scene.students[0]!)
  const walkTo = (id: number) => (student.value = scene.byId.get(id)!)
  const chosen: (number | null)[] = []
  const commands = {
    setClass: () => undefined,
    setBox: () => undefined,
    choose: (id: number | null) => void chosen.push(id),
  }
  let workspace!: Workspace
  const wrapper = (mounted = show(
    defineComponent(() => {
      workspace = provideWorkspace()
      return () => h(StudentInspector, { student: student.value, commands: commands })
    }),
  ))
  const asked = () =>
    workbench.state.calls
      .filter(({ name }) => name === 'scenes.explain')
      .map(({ input }) => (input as { studentId: number }).studentId)
  const marks = (testId: string) =>
    wrapper
      .get(`[data-testid="${testId}"]`)
      .findAll('[data-class]')
      .map((mark) => [
        Number(mark.attributes('data-class')),
        mark.attributes('data-changes'),
        mark.text().includes('changes'),
      ])
  return { wrapper, workbench, walkTo, asked, marks, chosen, workspace: () => workspace }
}

describe('why', () => {
  test('the class without each neighbour and modality, those that change it in words', async () => {
    const { wrapper, marks } = await inspect()
    await rest()
    expect(marks('neighbours')).toEqual([
      [4, 'true', true],
      [2, 'false', false],
    ])
    expect(marks('modalities')).toEqual([
      [2, 'false', false],
      [2, 'false', false],
      [0, 'true', true],
      [2, 'false', false],
    ])
    expect(wrapper.get('[data-testid="why-summary"]').text()).toBe(
      'Reading/Writing would change without: Student p2, convnext (zeros).',
    )
    expect(wrapper.text()).toContain('or by the mean over: split train')
  })

  test('where nothing alone changes it, that is said', async () => {
    const { wrapper } = await inspect(({ studentId }) =>
      Promise.resolve(
        anExplanation(studentId, { neighbours: [], modalities: anExplanation(1).modalities.slice(0, 1) }),
      ),
    )
    await rest()
    expect(wrapper.get('[data-testid="why-summary"]').text()).toContain('stays Reading/Writing')
  })

  test('of a head that learnt from the student it is said that the prediction shown may differ', async () => {
    const plain = await inspect()
    await rest()
    expect(plain.wrapper.find('[data-testid="why-learnt-from"]').exists()).toBe(false)
    plain.wrapper.unmount()
    const { wrapper } = await inspect(({ studentId }) =>
      Promise.resolve(anExplanation(studentId, { learntFrom: true })),
    )
    await rest()
    expect(wrapper.get('[data-testid="why-learnt-from"]').text()).toContain('the two may differ')
  })

  test('temperature-scaled probabilities take the place of the predicted ones on request', async () => {
    const { wrapper } = await inspect()
    await rest()
    const bars = () => wrapper.text()
    expect(bars()).toContain('90.0')
    expect(wrapper.findAll('[data-testid="other-share"]')).toHaveLength(5)
    expect(wrapper.get('[data-testid="scaled"]').text()).toContain('Temperature 1.25, fitted on: split val.')
    await wrapper.get('[data-testid="scaled"]').findAll('[role="radio"]')[1]!.trigger('click')
    expect(bars()).toContain('70.0')
    expect(bars()).not.toContain('90.0')
  })

  test('without labelled students there is no temperature, and no mark', async () => {
    const { wrapper } = await inspect(({ studentId }) => Promise.resolve(anExplanation(studentId, { scaled: null })))
    await rest()
    expect(wrapper.get('[data-testid="scaled"]').text()).toContain('no labelled students')
    expect(wrapper.find('[data-testid="other-share"]').exists()).toBe(false)
  })

  test('a neighbour is drawn on the photo while it is pointed at, and chosen by a click', async () => {
    const { wrapper, workspace, chosen } = await inspect()
    await rest()
    const [first] = wrapper.get('[data-testid="neighbours"]').findAll('button')
    await first!.trigger('mouseenter')
    expect(workspace().links.value).toHaveLength(1)
    await first!.trigger('click')
    expect(chosen).toEqual([2])
  })
})

describe('an ensemble', () => {
  test('names its members instead of asking a model that it does not have', async () => {
    const { workbench, wrapper, asked } = await inspect()
    const assumptions = ['ConvNeXt', 'GroupRec'].map((parameter) => ({
      parameter,
      value: '0.5',
      origin: 'chosen' as const,
    }))
    workbench.state.models = [{ ...modelInfo, family: 'ensemble', assumptions }]
    await stores.runs.load()
    await rest()
    expect(wrapper.get('[data-testid="why-ensemble"]').text()).toContain('ConvNeXt, GroupRec')
    expect(wrapper.find('[data-testid="neighbours"]').exists()).toBe(false)
    expect(asked()).toEqual([])
  })
})

describe('asking', () => {
  test('a walk explains only whom it rests on', async () => {
    const { walkTo, asked, wrapper } = await inspect()
    walkTo(2)
    await settled(2)
    walkTo(3)
    await rest()
    expect(asked()).toEqual([3])
    expect(wrapper.get('[data-testid="why"]').attributes('data-ready')).toBe('true')
  })

  test('who was explained before is there at once, until the project changes', async () => {
    const { walkTo, asked, wrapper, workbench } = await inspect()
    await rest()
    walkTo(2)
    await rest()
    walkTo(1)
    await settled(4)
    expect(wrapper.find('[data-testid="why-summary"]').exists()).toBe(true)
    expect(asked()).toEqual([1, 2])
    workbench.change(['labels'])
    await settled(4)
    expect(wrapper.find('[data-testid="why-summary"]').exists()).toBe(true)
    await rest()
    expect(asked()).toEqual([1, 2, 1])
  })

  test('moving on cancels what is under way', async () => {
    const cancelled: number[] = []
    const { walkTo, wrapper } = await inspect(({ studentId }, { signal }) => {
      if (studentId !== 1) return Promise.resolve(anExplanation(studentId))
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          cancelled.push(studentId)
          reject(new AppError('job.cancelled', 'Cancelled.'))
        }),
      )
    })
    await rest()
    walkTo(2)
    await rest()
    expect(cancelled).toEqual([1])
    expect(wrapper.find('[role="alert"]').exists()).toBe(false)
    expect(wrapper.find('[data-testid="why-summary"]').exists()).toBe(true)
  })

  test('a closed section asks for nothing; opening it does', async () => {
    const { wrapper, asked, workspace } = await inspect()
    const trigger = wrapper.findAll('button').find((button) => button.text().includes('Why this class'))!
    await trigger.trigger('click')
    expect(workspace().view.value.why).toBe(false)
    await rest()
    expect(asked()).toEqual([])
    expect(wrapper.find('[data-testid="neighbours"]').exists()).toBe(false)
    await trigger.trigger('click')
    await rest()
    expect(asked()).toEqual([1])
  })

  test('a crash is told once and not tried on every student; trying again does', async () => {
    let broken = true
    const { wrapper, walkTo, asked } = await inspect(({ studentId }) =>
      broken
        ? Promise.reject(new AppError('compute.crashed', 'The compute process ended.'))
        : Promise.resolve(anExplanation(studentId)),
    )
    await rest()
    expect(wrapper.get('[data-testid="why"] [role="alert"]').text()).toContain('compute.crashed')
    walkTo(2)
    await rest()
    expect(asked()).toEqual([1])
    expect(wrapper.find('[data-testid="why"] [role="alert"]').exists()).toBe(true)
    expect(stores.notices.notices).toEqual([])
    broken = false
    await wrapper
      .findAll('[data-testid="why"] button')
      .find((button) => button.text() === 'Try again')!
      .trigger('click')
    await rest()
    expect(asked()).toEqual([1, 2])
    expect(wrapper.find('[data-testid="why-summary"]').exists()).toBe(true)
  })
})
