// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import type { EnsembleResult, GateStatistics, ModalityRemoval, SeveralRuns } from '#shared/contract/evaluation.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import { i18n } from '../../../src-renderer/i18n.ts'
import EnsembleCard from '../../../src-renderer/views/analyse/combine/EnsembleCard.vue'
import GateCard from '../../../src-renderer/views/analyse/combine/GateCard.vue'
import RemovalCard from '../../../src-renderer/views/analyse/combine/RemovalCard.vue'
import { seedFamilies } from '../../../src-renderer/views/analyse/combine/seed-families.ts'
import SeveralCard from '../../../src-renderer/views/analyse/combine/SeveralCard.vue'
import { anEvaluation } from '../../support/evaluation.ts'
import { runInfo, type HandlerOverrides } from '../../support/fake-workbench.ts'
import { settled, startRenderer, stores } from '../../support/renderer.ts'

let mounted: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  mounted?.unmount()
  document.body.innerHTML = ''
})

const seeds = [
  runInfo(1, 'rafnet seed_41'),
  runInfo(2, 'rafnet seed_42'),
  runInfo(3, 'rafnet seed_43'),
  runInfo(4, 'ConvNeXt only'),
]
const evaluation = anEvaluation()
const figures = (base: number) => ({
  accuracy: base,
  accuracyNoNull: base + 1,
  macroF1: base + 2,
  macroF1NoNull: base + 3,
  macroF1NonNullClasses: base + 4,
  weightedF1: base + 5,
})
const spread = (mean: number) => ({ mean, std: 0.5, min: mean - 1, max: mean + 1 })

/** A card whose choice of runs lives here, as the tab keeps it. */
async function showChoosing(card: typeof SeveralCard, evaluation: HandlerOverrides['evaluation']) {
  const { workbench, show } = await startRenderer(
    { evaluation: { ...evaluation } },
    ({ state }) => (state.runs = seeds),
  )
  const chosen = ref<readonly number[]>([])
  const holder = defineComponent(
    () => () =>
      h(card, {
        modelValue: chosen.value,
        'onUpdate:modelValue': (value: readonly number[]) => (chosen.value = value),
      }),
  )
  const wrapper = (mounted = show(holder))
  await settled()
  const press = async (text: string) => {
    await wrapper
      .findAll('button')
      .find((button) => button.text().includes(text))!
      .trigger('click')
    await settled()
  }
  const asked = (name: string) => workbench.state.calls.filter((call) => call.name === name).map((call) => call.input)
  return { wrapper, chosen, press, asked }
}

describe('seeds of one model', () => {
  test('share a name but for the seed; the newest of a seed counts; one alone is no family', () => {
    const again = { ...runInfo(9, 'rafnet seed_41') }
    expect(seedFamilies([...seeds, again, runInfo(5, 'mlp/seed_41')])).toEqual([{ name: 'rafnet', runIds: [2, 3, 9] }])
  })

  test('runs on some scenes only are left out', () => {
    expect(seedFamilies(seeds.map((run) => ({ ...run, partial: run.id !== 1 })))).toEqual([])
  })
})

const several = (runIds: readonly number[]): SeveralRuns => ({
  students: 162,
  runs: runIds.map((runId) => ({ runId, model: `m${runId}`, figures: figures(80 + runId) })),
  figures: {
    accuracy: spread(82),
    accuracyNoNull: spread(83),
    macroF1: spread(84),
    macroF1NoNull: spread(85),
    macroF1NonNullClasses: spread(86),
    weightedF1: spread(87),
  },
  classes: rafnetClasses.map((one) => ({
    class: one,
    support: one.index === 3 ? 4 : 40,
    precision: spread(70),
    recall: spread(71),
    f1: spread(72),
  })),
})

describe('several runs', () => {
  test('every run, mean ± sd and range; classes with their support, few greyed', async () => {
    const { wrapper, press, chosen } = await showChoosing(SeveralCard, { several: ({ runIds }) => several(runIds) })
    expect(wrapper.text()).toContain('Choose at least two runs.')
    await press('rafnet · 3 seeds')
    expect(chosen.value).toEqual([1, 2, 3])
    const cells = (selector: string) => wrapper.findAll(`${selector} td`).map((cell) => cell.text())
    expect(wrapper.get('[data-run="2"] th').text()).toBe('rafnet seed_42')
    expect(cells('[data-run="2"]')).toEqual(['82.00', '83.00', '84.00', '85.00', '86.00', '87.00'])
    expect(cells('[data-row="mean"]')[3]).toBe('85.00 ± 0.50')
    expect(cells('[data-row="range"]')[3]).toBe('84.00 – 86.00')
    const few = wrapper.findAll('[data-few]').map((row) => row.attributes('data-few'))
    expect(few).toEqual(['false', 'false', 'false', 'true', 'false'])
    expect(wrapper.text()).toContain('the 162 students that have a label and a prediction of every run')
  })

  test('one run alone asks for nothing', async () => {
    const { wrapper, asked } = await showChoosing(SeveralCard, { several: ({ runIds }) => several(runIds) })
    await wrapper.findAll('input[type="checkbox"]')[0]!.trigger('change')
    await settled()
    expect(asked('evaluation.several')).toEqual([])
  })
})

const ensemble = (change: Partial<EnsembleResult> = {}): EnsembleResult => ({
  runId: 9,
  name: 'mix',
  members: [
    { runId: 1, name: 'rafnet seed_41', weight: 0.75 },
    { runId: 2, name: 'rafnet seed_42', weight: 0.25 },
  ],
  weighting: 'given',
  search: null,
  students: 162,
  findings: [],
  ...change,
})
const overrides = (change: Partial<EnsembleResult> = {}): HandlerOverrides['evaluation'] => ({
  ensemble: () => ensemble(change),
  several: ({ runIds }) => several(runIds),
})

describe('an ensemble', () => {
  test('needs two members; equal weights are the default', async () => {
    const { wrapper, press, asked, chosen } = await showChoosing(EnsembleCard, overrides())
    const make = wrapper.get('button[type="submit"]')
    expect(make.attributes('disabled')).toBeDefined()
    chosen.value = [1, 2]
    await settled()
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(asked('evaluation.ensemble')).toEqual([{ runIds: [1, 2], weights: null, searchOn: null, name: null }])
    expect(wrapper.findAll('[data-member]').map((one) => one.text())).toEqual([
      'rafnet seed_4175.0 %',
      'rafnet seed_4225.0 %',
    ])
    expect(wrapper.get('[data-run="9"]').classes()).toContain('bg-accent-soft/50')
    await press('Show as run A')
    expect(stores.settings.settings.view['runs:/data/lessons.lectern']).toMatchObject({ a: 9 })
  })

  test('own weights go as numbers; all 0 makes nothing', async () => {
    const { wrapper, press, asked, chosen } = await showChoosing(EnsembleCard, overrides())
    chosen.value = [1, 2]
    await settled()
    await wrapper.findAll('[role="radio"]')[1]!.trigger('click')
    const number = (at: number) => wrapper.findAll('input[type="number"]')[at]!
    await number(0).setValue(3)
    await number(1).setValue(0)
    expect(wrapper.text()).toContain('100.0 %')
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(asked('evaluation.ensemble')).toMatchObject([{ weights: [3, 0] }])
    await number(0).setValue(0)
    expect(wrapper.text()).toContain('All weights are 0')
    expect(wrapper.get('button[type="submit"]').attributes('disabled')).toBeDefined()
    await press('Clear')
  })

  test('a search says on whom, how many, before and after, and warns', async () => {
    const search = { split: '', students: 90, tried: 231, equalMacroF1NoNull: 83.2, bestMacroF1NoNull: 84.16 }
    const finding = { code: 'x', severity: 'warning', count: 90, examples: [], message: 'Judged on the same.' } as const
    const { wrapper, asked, chosen } = await showChoosing(
      EnsembleCard,
      overrides({ weighting: 'searched', search, findings: [finding] }),
    )
    chosen.value = [1, 2]
    await settled()
    await wrapper.findAll('[role="radio"]')[2]!.trigger('click')
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(asked('evaluation.ensemble')).toMatchObject([{ weights: null, searchOn: '' }])
    expect(wrapper.get('[data-testid="search"]').text()).toBe(
      'Searched on all labelled students (90 students), 231 mixtures tried. Macro F1 (no Null): 83.20 with equal weights, 84.16 with these.',
    )
    expect(wrapper.text()).toContain('Judged on the same.')
  })

  test('a refusal stays beside the form', async () => {
    const { wrapper, chosen } = await showChoosing(EnsembleCard, {
      ensemble: () => {
        throw new AppError('ensemble.classes-differ', 'The runs know different classes.')
      },
    })
    chosen.value = [1, 4]
    await settled()
    await wrapper.get('form').trigger('submit')
    await settled()
    expect(wrapper.get('[role="alert"]').text()).toContain('ensemble.classes-differ')
  })
})

describe('the gate', () => {
  const group = (name: 'all' | 'correct' | 'wrong' | 'class', students: number, classIndex: number | null = null) => ({
    group: name,
    classIndex,
    students,
    mean: [0.6, 0.4],
    sd: [0.05, 0.05],
  })

  async function showGates(answer: GateStatistics) {
    const { show } = await startRenderer({ evaluation: { gates: () => answer } })
    const wrapper = (mounted = show(GateCard, { evaluation }))
    await settled()
    return wrapper
  }

  test('mean ± sd by group, with text beside the bars; few students grey, none no row', async () => {
    const groups = [
      group('all', 162),
      group('correct', 139),
      group('wrong', 23),
      group('class', 4, 3),
      group('class', 0, 1),
    ]
    const wrapper = await showGates({ runId: 1, modalities: ['relation', 'convnext'], groups })
    const rows = wrapper.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text()))
    expect(rows[0]).toEqual(['All', '', '60.0 ± 5.0', '40.0 ± 5.0', '162'])
    expect(rows.map(([name]) => name)).toEqual([
      'All',
      'Predicted right',
      'Predicted wrong',
      expect.stringContaining('Null'),
    ])
    expect(wrapper.findAll('[data-few="true"]')).toHaveLength(1)
  })

  test('a head without a gate says so', async () => {
    const wrapper = await showGates({ runId: 1, modalities: [], groups: [] })
    expect(wrapper.text()).toContain('has no gate')
  })
})

describe('without a modality', () => {
  const removal: ModalityRemoval = {
    runId: 1,
    students: 162,
    asPredicted: { ...figures(80), accuracy: evaluation.accuracy.percent },
    removed: [
      {
        modality: 'convnext',
        by: 'zeros',
        meanOf: null,
        figures: { ...figures(60), accuracy: evaluation.accuracy.percent },
        changed: 44,
      },
      { modality: 'convnext', by: 'mean', meanOf: 'split train', figures: figures(90), changed: 12 },
    ],
  }

  test('is started by hand; each figure with its difference', async () => {
    const { show, workbench } = await startRenderer({ evaluation: { modalityRemoval: () => removal } })
    const wrapper = (mounted = show(RemovalCard, { evaluation }))
    await settled()
    expect(workbench.state.calls.some(({ name }) => name === 'evaluation.modalityRemoval')).toBe(false)
    await wrapper.get('button').trigger('click')
    await settled()
    const cells = wrapper
      .get('[data-row="convnext zeros"]')
      .findAll('td')
      .map((cell) => cell.text())
    expect(cells).toEqual(['zeros', '85.80 ±0.00', '63.00 −20.00', '62.00 −20.00', '65.00 −20.00', '44'])
    expect(wrapper.text()).toContain('The mean was taken over: split train.')
    expect(wrapper.text()).not.toContain('Labels were changed')
  })

  test('figures of other labels are marked', async () => {
    const old = { ...removal, asPredicted: figures(50) }
    const { show } = await startRenderer({ evaluation: { modalityRemoval: () => old } })
    const wrapper = (mounted = show(RemovalCard, { evaluation }))
    await wrapper.get('button').trigger('click')
    await settled()
    expect(wrapper.text()).toContain('Labels were changed')
  })

  test('a stop cancels the work and shows no error', async () => {
    let aborted = false
    const { show } = await startRenderer({
      evaluation: {
        modalityRemoval: (_input, { signal }) =>
          new Promise((_, reject) =>
            signal.addEventListener('abort', () => {
              aborted = true
              reject(new AppError('job.cancelled', 'Cancelled.'))
            }),
          ),
      },
    })
    const wrapper = (mounted = show(RemovalCard, { evaluation }))
    await wrapper.get('button').trigger('click')
    await settled()
    expect(wrapper.get('button').text()).toBe('Stop')
    await wrapper.get('button').trigger('click')
    await settled()
    expect(aborted).toBe(true)
    expect(wrapper.find('[role="alert"]').exists()).toBe(false)
  })
})
