// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import type { TrainingInfo } from '#shared/contract/training.ts'
import { i18n } from '../../../../src-renderer/i18n.ts'
import { useTrainings } from '../../../../src-renderer/stores/trainings.ts'
import TrainView from '../../../../src-renderer/views/train/TrainView.vue'
import { modelInfo, projectSummary, runInfo, type HandlerOverrides } from '../../../support/fake-workbench.ts'
import { press, settled, startRenderer, stores } from '../../../support/renderer.ts'
import {
  doneTraining,
  somePresets,
  trainingCurve,
  trainingInfo,
  trainingPlan,
  waitingSeed,
} from '../../../support/trainings.ts'

type TrainingHandlers = NonNullable<HandlerOverrides['training']>

let wrapper: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  wrapper?.unmount()
  document.body.innerHTML = ''
})

const features = ['grouprec', 'convnext'].map((name) => ({ name, width: 64, students: 4 }))

async function showTrain(
  training: Partial<TrainingHandlers> = {},
  project = { ...projectSummary, modalities: features },
) {
  const renderer = await startRenderer(
    { training: { presets: () => somePresets, plan: () => trainingPlan(), ...training } },
    ({ state }) => (state.project = project),
  )
  wrapper = renderer.show(TrainView)
  await settled()
  const shown = wrapper
  const called = (name: string) => renderer.workbench.state.calls.filter((one) => one.name === name)
  const queue = async (...trainings: TrainingInfo[]) => {
    renderer.workbench.showTrainings(trainings)
    await settled()
  }
  const button = (label: RegExp, within: VueWrapper = shown) =>
    within.findAll('button').find((one) => label.test(one.attributes('aria-label') ?? one.text()))!
  return { ...renderer, wrapper: shown, called, queue, button }
}

describe('a new training', () => {
  test('shows what it would be made of, and one click starts it', async () => {
    const added = trainingInfo(1)
    const { wrapper, called, button } = await showTrain({ enqueue: () => added })
    const cells = wrapper
      .get('[data-testid="plan"] [data-split="val"]')
      .findAll('td')
      .map((cell) => cell.text())
    expect(cells).toEqual(['1', '24', '3', '10', '9', '2', '0'])
    expect(wrapper.text()).toContain('113 train · 24 val · 25 test')
    await button(/Start training/).trigger('submit')
    await settled()
    expect(called('training.enqueue').at(-1)?.input).toMatchObject({
      recipe: { kind: 'preset', preset: 'grouprec_convnext_gated_c_spatial_graph_loss_tuned' },
      data: { kind: 'project', splits: 'made' },
      seeds: [41, 42, 43, 44, 45],
    })
  })

  test('a problem says why it cannot start; warnings do not hinder', async () => {
    const problem = { code: 'training.one-scene', message: 'All students are in one photo.', details: {} }
    const refused = await showTrain({ plan: () => trainingPlan({ problem }) })
    expect(refused.wrapper.get('form [role="alert"]').text()).toContain('All students are in one photo.')
    expect(refused.button(/Start training/).attributes('disabled')).toBeDefined()
    refused.wrapper.unmount()

    const leakage = {
      code: 'training.leakage',
      severity: 'warning' as const,
      count: 2,
      examples: ['a.jpg'],
      message: 'Photos lie in more than one split.',
    }
    const warned = await showTrain({ plan: () => trainingPlan({ findings: [leakage] }) })
    expect(warned.wrapper.text()).toContain('The same photo on two sides')
    expect(warned.button(/1 warning/)).toBeDefined()
    expect(warned.button(/Start training/).attributes('disabled')).toBeUndefined()
  })

  test('what the workbench says against it stays beside the button until the form changes', async () => {
    const { wrapper, button } = await showTrain({
      enqueue: () => {
        throw new AppError('training.class-count', 'The head tells 5 classes apart, this project has 6.')
      },
    })
    await button(/Start training/).trigger('submit')
    await settled()
    expect(wrapper.get('form [role="alert"]').text()).toContain('this project has 6')
    await wrapper.get('input[type="checkbox"]').setValue(true)
    expect(wrapper.find('form [role="alert"]').exists()).toBe(false)
  })

  test('is asked about again when labels change', async () => {
    const { called, workbench } = await showTrain()
    const before = called('training.plan').length
    workbench.change(['labels'])
    await settled()
    expect(called('training.plan').length).toBe(before + 1)
  })

  test('the form is kept for the project, and comes back', async () => {
    const first = await showTrain()
    const input = first.wrapper.get('input[aria-label="Add a seed"]')
    await input.setValue('7')
    press(input.element, 'Enter')
    await settled()
    first.wrapper.unmount()
    const again = first.show(TrainView)
    await settled()
    expect(again.text()).toMatch(/41\s*42\s*43\s*44\s*45\s*7/)
    expect(stores.settings.settings.view[`train:${projectSummary.folder}`]).toMatchObject({
      seeds: [41, 42, 43, 44, 45, 7],
    })
    again.unmount()
  })

  test('shares of a training are percents, also where the command line gave 70,15,15', async () => {
    const { wrapper, queue } = await showTrain()
    const { data } = trainingInfo(1).order
    const given = { ...data, shares: { train: 70, val: 15, test: 15 } }
    await queue(trainingInfo(1, { order: { ...trainingInfo(1).order, data: given } }))
    expect(wrapper.get('[data-testid="training-1"]').text()).toContain('70/15/15')
  })

  test('says how many photos look alike and stay together, and how many are still to be compared', async () => {
    const ties = (scenes: number, groups: number, notCompared: number) => ({
      plan: () => trainingPlan({ ties: { scenes, groups, notCompared } }),
    })
    const none = await showTrain(ties(0, 0, 0))
    expect(none.wrapper.find('[data-testid="ties"]').exists()).toBe(false)
    none.wrapper.unmount()
    const { wrapper } = await showTrain(ties(7, 3, 1))
    const lines = wrapper.get('[data-testid="ties"]').findAll('p')
    expect(lines.map((line) => line.text())).toEqual([
      '7 scenes are copies or look alike: 3 groups, each kept together on one side.',
      '1 photo was not compared with the others yet; that happens before training and may change the split.',
    ])
  })

  test('contrastive loss and mixup are options with numbers of their own', async () => {
    const { wrapper, called, button } = await showTrain({ enqueue: () => trainingInfo(1) })
    await button(/^More/).trigger('click')
    await settled()
    const field = (label: string) =>
      wrapper.get(
        `#${wrapper
          .findAll('label')
          .find((one) => one.text() === label)!
          .attributes('for')!}`,
      )
    expect(wrapper.text()).not.toContain('Temperature')
    await wrapper.get('[data-testid="contrast"]').setValue(true)
    await wrapper.get('[data-testid="mixup"]').setValue(true)
    expect(field('Temperature').attributes('placeholder')).toBe('0.2')
    expect(wrapper.get(`#${field('Weight').attributes('aria-describedby')!}`).text()).toContain('up to 10')
    await field('Weight').setValue('0.3')
    // Beyond its bounds a number does not count, and the field says what does.
    await field('Alpha').setValue('11')
    expect((field('Alpha').element as HTMLInputElement).value).toBe('')
    await button(/Start training/).trigger('submit')
    await settled()
    expect(called('training.enqueue').at(-1)?.input).toMatchObject({
      contrastive: { weight: 0.3, temperature: 0.2 },
      mixupAlpha: 0.2,
    })
  })

  test('a project without features, or without labels, says what to do next', async () => {
    const bare = await showTrain({}, { ...projectSummary, modalities: [] })
    expect(bare.wrapper.text()).toContain('No features yet')
    expect(bare.button(/Start training/).attributes('disabled')).toBeDefined()
    bare.wrapper.unmount()
    const unlabelled = await showTrain({}, { ...projectSummary, modalities: features, labelled: 0 })
    expect(unlabelled.wrapper.text()).toContain('No labels yet')
  })
})

describe('the queue', () => {
  const running = trainingInfo(1, {
    state: 'running',
    seeds: [{ ...waitingSeed(41), epochs: 4 }, waitingSeed(42)],
    msPerEpoch: 500,
  })

  test('says how far a training is and how long it takes', async () => {
    const { wrapper, queue } = await showTrain()
    await queue(running)
    const card = wrapper.get('[data-testid="training-1"]')
    expect(card.get('[data-testid="how"]').text()).toBe(
      'seed 41 (1 of 2) · epoch 4 of 10 · 2.0 epochs a second on the CPU · about 8 s left',
    )
    expect(card.get('[role="progressbar"]').attributes()).toMatchObject({
      'aria-valuenow': '4',
      'aria-valuemax': '20',
    })
  })

  test('offers only what a training can do in its state', async () => {
    const { wrapper, queue } = await showTrain()
    const begun = [{ ...waitingSeed(41), epochs: 4 }]
    await queue(
      running,
      trainingInfo(2),
      trainingInfo(3, { state: 'paused', seeds: begun }),
      trainingInfo(4, { state: 'paused' }),
      doneTraining(5, { 41: { val: 50, test: 50 } }),
    )
    const offered = (id: number) =>
      wrapper
        .get(`[data-testid="training-${id}"]`)
        .findAll('button[aria-label]')
        .map((one) => one.attributes('aria-label'))
    expect(offered(1)).toEqual(['Pause', 'Stop and keep the best'])
    expect(offered(2)).toEqual(['Pause', 'Remove training'])
    expect(offered(3)).toEqual(['Go on', 'Stop and keep the best', 'Remove training'])
    expect(offered(4)).toEqual(['Go on', 'Remove training'])
    expect(offered(5)).toEqual(['Remove training'])
  })

  test('removing asks first, since it cannot be undone', async () => {
    const { button, queue, called } = await showTrain()
    await queue(trainingInfo(2))
    await button(/^Remove training$/).trigger('click')
    expect(stores.confirm.question?.message).toContain('run folder is deleted')
    stores.confirm.reply(false)
    await settled()
    expect(called('training.remove')).toEqual([])
    await button(/^Remove training$/).trigger('click')
    stores.confirm.reply(true)
    await settled()
    expect(called('training.remove').map((one) => one.input)).toEqual([{ trainingId: 2 }])
  })

  test('what runs is looked at until somebody chooses; another project forgets the choice', async () => {
    const { queue, wrapper } = await showTrain()
    const trainings = useTrainings()
    await queue(doneTraining(1, { 41: { val: 1, test: 1 } }), trainingInfo(2, { state: 'running' }), trainingInfo(3))
    expect(trainings.chosen?.id).toBe(2)
    await wrapper.get('[data-testid="training-1"] button').trigger('click')
    expect(trainings.chosen?.id).toBe(1)
    await stores.project.open('/data/other.lectern')
    await settled()
    expect(trainings.chosen?.id).toBe(2)
  })

  test('after a reconnection the queue is followed again', async () => {
    const { workbench, queue, wrapper } = await showTrain()
    await queue(trainingInfo(1))
    workbench.cut()
    await vi.waitFor(() => expect(workbench.connections()).toBe(2), { timeout: 5000 })
    await settled()
    await queue(trainingInfo(1, { name: 'renamed' }))
    expect(wrapper.text()).toContain('renamed')
  })
})

describe('curves', () => {
  const at = (epochs: number) =>
    trainingInfo(1, { state: 'running', seeds: [{ ...waitingSeed(41), epochs }, waitingSeed(42)] })

  test('grow with every epoch, and can be read as a table', async () => {
    let f1s = [10, 30]
    const { queue, wrapper } = await showTrain({ curves: () => [trainingCurve(41, f1s), trainingCurve(42, [])] })
    await queue(at(2))
    const card = wrapper.get('[data-testid="curves"]')
    const readout = () => card.get('[data-testid="chart-macroF1NoNull"] [data-testid="readout"]').text()
    expect(readout()).toMatch(/Newest\s*41\s*30\.0\s*best/)
    f1s = [10, 30, 25]
    await queue(at(3))
    expect(readout()).toMatch(/41\s*25\.0$/)
    await card
      .findAll('[role="radio"]')
      .find((one) => one.text() === 'Table')!
      .trigger('click')
    const rows = card.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text()))
    expect(rows).toEqual([
      ['3', '25.0'],
      ['2', '30.0 best'],
      ['1', '10.0'],
    ])
  })

  test('that cannot be had say why', async () => {
    const { queue, wrapper } = await showTrain({
      curves: () => {
        throw new AppError('training.unknown', 'There is no training 1 in this project.')
      },
    })
    await queue(at(1))
    expect(wrapper.get('[data-testid="curves"]').text()).toContain('There is no training 1')
  })
})

describe('the result', () => {
  const done = doneTraining(1, { 41: { val: 60, test: 58 }, 42: { val: 64, test: 62 }, 43: { val: 0, test: 9 } })

  test('shows every seed, and mean ± sd', async () => {
    const { queue, wrapper } = await showTrain()
    await queue(done)
    const rows = wrapper
      .get('[data-testid="result"]')
      .findAll('tbody tr')
      .map((row) => row.findAll('th, td').map((cell) => cell.text()))
    expect(rows[1]).toEqual(['', '42 best on val', '7', '64.00', '62.00', '57.00', '64.00', '65.00'])
    expect(rows[2]!.slice(1, 4)).toEqual(['43', 'none', '0.00'])
    expect(rows[3]!.slice(1, 3)).toEqual(['Mean ± sd of 3 seeds', '43.00 ± 24.10'])
  })

  test('on photos that were learnt from says that it flatters', async () => {
    const { queue, wrapper } = await showTrain()
    const withPair = (splits: readonly [string, string]) => {
      const leakage = { photos: 1, pairs: [{ splits, photos: 1, examples: ['a.jpg'] }] }
      return { ...done, summary: { ...done.summary!, leakage } }
    }
    const text = () => wrapper.get('[data-testid="result"]').text()
    await queue(withPair(['train', 'val']))
    expect(text()).toContain('that no seed has learnt from')
    await queue(withPair(['train', 'test']))
    expect(text()).toContain('the figures flatter')
  })

  test('the best seed on val is adopted unless others are chosen, and its run is looked at', async () => {
    const models = [{ ...modelInfo, id: 9, name: 'training 1 seed 42' }]
    const { queue, button, called, workbench } = await showTrain({ adopt: () => models })
    workbench.state.runs = [{ ...runInfo(1) }, { ...runInfo(2), modelId: 9 }]
    workbench.state.models = [modelInfo, ...models]
    await queue(done)
    await button(/^Adopt as the project's model/).trigger('click')
    await settled()
    expect(called('training.adopt').at(-1)?.input).toEqual({ trainingId: 1, seeds: null })
    expect(stores.runs.runA?.id).toBe(2)
    expect(stores.notices.notices.at(-1)?.message).toBe('training 1 seed 42 is a model of this project now.')
    await queue({ ...done, modelIds: [9] })
    expect(document.querySelector('[data-testid="adopted"]')?.textContent).toContain('training 1 seed 42')
  })

  test('several seeds become several models; a seed without a best epoch cannot be one', async () => {
    const { queue, button, called, wrapper } = await showTrain({ adopt: () => [modelInfo] })
    await queue(done)
    const boxes = wrapper.get('[data-testid="result"]').findAll('input[type="checkbox"]')
    expect(boxes.map((one) => (one.element as HTMLInputElement).disabled)).toEqual([false, false, true])
    await boxes[0]!.trigger('change')
    await button(/^Adopt 2 seeds as models/).trigger('click')
    await settled()
    expect(called('training.adopt').at(-1)?.input).toEqual({ trainingId: 1, seeds: [42, 41] })
  })
})

describe('baselines', () => {
  const result = (name: string, macroF1NoNull: number) => ({
    name,
    modalities: [],
    macroF1: 40,
    macroF1NoNull,
    accuracy: 50,
    accuracyNoNull: 51,
    elapsedMs: 3,
  })

  test('are computed on the data of the training looked at, and stand in the comparison', async () => {
    const { queue, button, called, wrapper } = await showTrain({
      baselines: async function* () {
        yield { kind: 'start', baselines: ['logistic_convnext', 'late_fusion'], plan: trainingPlan() }
        yield { kind: 'result', result: result('logistic_convnext', 50) }
        await Promise.resolve()
        yield { kind: 'result', result: result('late_fusion', 55) }
        yield { kind: 'end', results: [result('logistic_convnext', 50), result('late_fusion', 55)], files: [] }
      },
    })
    const done = doneTraining(1, { 41: { val: 60, test: 58 } })
    await queue(done)
    await button(/^Compute baselines/).trigger('click')
    await settled()
    expect(called('training.baselines').at(-1)?.input).toMatchObject({ data: done.order.data, config: null })
    const rows = wrapper.get('[data-testid="comparison"]').findAll('tbody tr')
    expect(rows.map((row) => row.get('th').text())).toEqual([
      expect.stringMatching(/^training 1/),
      expect.stringMatching(/^late_fusion\s*baseline/),
      expect.stringMatching(/^logistic_convnext\s*baseline/),
    ])
    expect(wrapper.text()).toContain('2 baselines stand in the comparison.')
  })

  test('that fail say so in their place', async () => {
    const { button, wrapper } = await showTrain({
      // eslint-disable-next-line require-yield
      baselines: async function* () {
        await Promise.resolve()
        throw new AppError('training.no-students', 'There is no student to learn from.')
      },
    })
    await button(/^Compute baselines/).trigger('click')
    await settled()
    expect(wrapper.get('[data-testid="baselines"]').text()).toContain('There is no student to learn from.')
  })
})
