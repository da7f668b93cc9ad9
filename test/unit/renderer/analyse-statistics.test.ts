// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Agreement, Calibration, Comparison } from '#shared/contract/evaluation.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { calibration } from '#shared/metrics/calibration.ts'
import { i18n } from '../../../src-renderer/i18n.ts'
import AgreementCard from '../../../src-renderer/views/analyse/AgreementCard.vue'
import CalibrationCard from '../../../src-renderer/views/analyse/CalibrationCard.vue'
import ComparisonCard from '../../../src-renderer/views/analyse/ComparisonCard.vue'
import { anEvaluation } from '../../support/evaluation.ts'
import type { HandlerOverrides } from '../../support/fake-workbench.ts'
import { press, settled, startRenderer } from '../../support/renderer.ts'

let cleanUp: (() => void)[] = []
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  cleanUp.forEach((work) => work())
  cleanUp = []
  document.body.innerHTML = ''
})

const evaluation = anEvaluation()

/** Twelve students 95 % sure and all right, four 55 % sure and one right. */
const confidences = [...Array.from({ length: 12 }, () => 0.95), ...Array.from({ length: 4 }, () => 0.55)]
const correct = confidences.map((confidence, student) => confidence > 0.9 || student === 15)
const reliability = { ...calibration(confidences, correct), negativeLogLikelihood: 0.31 }
const answer: Calibration = {
  runId: 1,
  model: 'm',
  students: 16,
  fittedOn: 'the same students',
  fittedStudents: 16,
  temperature: 1.25,
  atLimit: null,
  asPredicted: reliability,
  scaled: { ...calibration([0.5], [true]), negativeLogLikelihood: 0.3 },
}

async function showCalibration(calibrate: NonNullable<HandlerOverrides['evaluation']>['calibration']) {
  const { show } = await startRenderer({ evaluation: { ...(calibrate && { calibration: calibrate }) } })
  const wrapper = show(CalibrationCard, { evaluation })
  cleanUp.push(() => wrapper.unmount())
  await settled()
  const bins = () => wrapper.findAll('[data-bin]')
  return { wrapper, bins }
}

describe('calibration', () => {
  test('error, likelihood and temperature, before and after', async () => {
    const { wrapper } = await showCalibration(() => answer)
    const cells = wrapper.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text()))
    expect(cells).toEqual([
      ['Expected calibration error', '11.25 %', '50.00 %'],
      ['Negative log-likelihood', '0.3100', '0.3000'],
      ['Temperature', '1.000', '1.250'],
    ])
    expect(wrapper.text()).toContain('these 16 students')
  })

  test('a temperature that was fitted on the split val says so', async () => {
    const { wrapper } = await showCalibration(() => ({ ...answer, fittedOn: 'split val', fittedStudents: 40 }))
    expect(wrapper.text()).toContain('the 40 students of the split val and judged on 16 others')
  })

  test('the diagram has a bar per bin with students; one of few students is grey', async () => {
    const { bins } = await showCalibration(() => answer)
    expect(bins().map((bin) => [bin.attributes('aria-label'), bin.attributes('data-few')])).toEqual([
      ['Confidence 53 to 60 %: 4 students, 55.0 % sure on average, 25.0 % right', 'true'],
      ['Confidence 93 to 100 %: 12 students, 95.0 % sure on average, 100.0 % right', 'false'],
    ])
  })

  test('arrow keys walk the bins and say them', async () => {
    const { wrapper, bins } = await showCalibration(() => answer)
    const said = () => wrapper.get('[data-testid="bin-text"]').text()
    expect(said()).toContain('Below the dashed line')
    ;(bins()[0]!.element as SVGElement).focus()
    await flushPromises()
    expect(said()).toContain('4 students')
    press(document.activeElement!, 'ArrowRight')
    await flushPromises()
    expect(said()).toContain('12 students')
    press(document.activeElement!, 'ArrowRight')
    press(document.activeElement!, 'Home')
    await flushPromises()
    expect(said()).toContain('4 students')
    expect(bins().map((bin) => bin.attributes('tabindex'))).toEqual(['0', '-1'])
  })

  test('shows the scaled confidences on request', async () => {
    const { wrapper, bins } = await showCalibration(() => answer)
    await wrapper.findAll('[role="radio"]')[1]!.trigger('click')
    expect(bins()).toHaveLength(1)
  })

  test('a fit at its limit, and a workbench that cannot answer, say so', async () => {
    const never = await showCalibration(() => ({ ...answer, atLimit: 'lowest' as const }))
    expect(never.wrapper.text()).toContain('never wrong')
    const failing = await showCalibration(() => {
      throw new AppError('runs.unknown', 'There is no run 1 in this project.')
    })
    expect(failing.wrapper.text()).toContain('There is no run 1 in this project.')
  })
})

const figures = {
  accuracy: 85.8,
  accuracyNoNull: 90.6,
  macroF1: 79.64,
  macroF1NoNull: 90.48,
  macroF1NonNullClasses: 90.48,
  weightedF1: 84.69,
}
const comparison: Comparison = {
  a: { runId: 1, model: 'C+Spatial', figures },
  b: { runId: 2, model: 'ConvNeXt only', figures: { ...figures, accuracy: 77.78, macroF1: 79.64 } },
  students: 162,
  scenes: 5,
  mcNemar: { onlyA: 18, onlyB: 5, exactP: 0.0106, statistic: 6.26, correctedP: 0.0123 },
  tests: [
    { test: 'mcNemar', difference: 8.02, pValue: 0.0106, adjustedP: 0.0319, permutations: null, exact: true },
    { test: 'accuracy', difference: 8.02, pValue: 0.1875, adjustedP: 0.25, permutations: 32, exact: true },
    { test: 'macroF1NoNull', difference: 7.5, pValue: 0.125, adjustedP: 0.25, permutations: 32, exact: true },
  ],
  smallestP: 0.0625,
}

async function showComparison(change: Partial<Comparison> = {}) {
  const { show, workbench } = await startRenderer({
    evaluation: { compare: () => ({ ...comparison, ...change }) },
  })
  const wrapper = show(ComparisonCard, { evaluation, otherId: 2 })
  cleanUp.push(() => wrapper.unmount())
  await settled()
  const words = () => wrapper.get('[data-testid="plain-words"]').text()
  const cells = (figure: string) => wrapper.findAll(`[data-figure="${figure}"] td`).map((cell) => cell.text())
  return { wrapper, words, cells, workbench }
}

describe('model against model', () => {
  test('says in plain words who is better on how many, and whether that is more than chance', async () => {
    const { words, wrapper, workbench } = await showComparison()
    expect(words()).toMatch(/^C\+Spatial is better on 18 students, ConvNeXt only on 5\./)
    expect(words()).toContain('no difference beyond chance between scenes (p = 0.250)')
    expect(wrapper.text()).toContain('with 5, exchanging scenes cannot give a p below 0.063')
    expect(workbench.state.calls.at(-1)).toEqual({ name: 'evaluation.compare', input: { runA: 1, runB: 2 } })
  })

  test('the table has both figures, their difference, p and corrected p where there is a test', async () => {
    const { cells } = await showComparison()
    expect(cells('accuracy')).toEqual(['85.80', '77.78', '+8.02', '0.188', '0.250'])
    expect(cells('macroF1')).toEqual(['79.64', '79.64', '0.00', '', ''])
    expect(cells('mcNemar')).toEqual(['0.011', '0.032'])
  })

  test('a clear difference names the better run, by its letter where both have one name', async () => {
    const clear = comparison.tests.map((one) => ({ ...one, difference: -5, pValue: 0.0001, adjustedP: 0.0003 }))
    const named = await showComparison({ tests: clear, smallestP: 1e-6, scenes: 21 })
    expect(named.words()).toContain('ConvNeXt only is better by more than chance between scenes (p < 0.001)')
    expect(named.wrapper.text()).not.toContain('Few scenes')
    const twins = await showComparison({ tests: clear, b: { ...comparison.b, model: 'C+Spatial' } })
    expect(twins.words()).toContain('B (C+Spatial) is better by more than chance')
  })

  test('runs that share no student have nothing to compare', async () => {
    const { wrapper } = await showComparison({ students: 0, scenes: 0 })
    expect(wrapper.text()).toContain('No student with a label has a prediction of both runs.')
    expect(wrapper.find('table').exists()).toBe(false)
  })
})

describe('agreement of annotators', () => {
  async function showAgreement(agreement: Agreement) {
    const { show } = await startRenderer({ evaluation: { agreement: () => agreement } })
    const wrapper = show(AgreementCard, { evaluation })
    cleanUp.push(() => wrapper.unmount())
    await settled()
    return wrapper
  }
  const pair = (first: string, second: string, students: number, kappa: number | null) => ({
    first,
    second,
    students,
    percent: 75,
    kappa,
  })

  test('every pair with its n, agreement and kappa; all of them by Fleiss', async () => {
    const wrapper = await showAgreement({
      annotators: [],
      pairs: [pair('Ada', 'Bo', 40, 0.625), pair('Ada', 'Cy', 4, null)],
      all: { annotators: 3, students: 4, kappa: 0.5 },
    })
    const rows = wrapper.findAll('tbody tr')
    expect(rows.map((row) => row.findAll('th, td').map((cell) => cell.text()))).toEqual([
      ['Ada and Bo', '40', '75.0 %', '0.63'],
      ['Ada and Cy', '4', '75.0 %', 'undefined'],
    ])
    expect(rows.map((row) => row.classes().includes('text-ink-3'))).toEqual([false, true])
    expect(wrapper.get('[data-testid="fleiss"]').text()).toContain('all 3 on the 4 students')
  })

  test('one annotator has nobody to agree with', async () => {
    const wrapper = await showAgreement({ annotators: [{ name: 'Ada', students: 9 }], pairs: [], all: null })
    expect(wrapper.find('[data-testid="agreement"]').exists()).toBe(false)
  })
})
