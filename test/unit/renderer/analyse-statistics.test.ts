// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Calibration } from '#shared/contract/evaluation.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { calibration } from '#shared/metrics/calibration.ts'
import { i18n } from '../../../src-renderer/i18n.ts'
import CalibrationCard from '../../../src-renderer/views/analyse/CalibrationCard.vue'
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
