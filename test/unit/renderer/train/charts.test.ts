// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { h, ref } from 'vue'
import { lineMark } from '../../../../src-renderer/charts/chart-series.ts'
import { roundTicks, spreadApart } from '../../../../src-renderer/charts/chart-scale.ts'
import LineChart from '../../../../src-renderer/charts/LineChart.vue'
import { i18n } from '../../../../src-renderer/i18n.ts'
import { curveSeries } from '../../../../src-renderer/views/train/curve-series.ts'
import { press, startRenderer } from '../../../support/renderer.ts'
import { trainingCurve } from '../../../support/trainings.ts'

describe('ticks', () => {
  test.each([
    [0, 1, 4, [0, 0.5, 1]],
    [0, 62.3, 4, [0, 20, 40, 60, 80]],
    [0.31, 0.39, 4, [0.3, 0.32, 0.34, 0.36, 0.38, 0.4]],
    [0.0005, 0.001, 4, [0.0004, 0.0006, 0.0008, 0.001]],
    [5, 5, 4, [0, 2, 4, 6]],
    [0.001, 0.001, 4, [0, 0.0005, 0.001]],
    [0, 0, 4, [0, 0.5]],
    [-3, 2, 4, [-4, -2, 0, 2]],
  ])('%d to %d in about %d steps', (low, high, count, ticks) => {
    expect(roundTicks(low, high, count)).toEqual(ticks)
  })

  test('always reach around the values, in order', () => {
    for (let at = 1; at < 200; at++) {
      const [low, high] = [Math.sin(at) * 100, Math.sin(at) * 100 + Math.abs(Math.cos(at * 7)) * 10 ** ((at % 9) - 4)]
      const ticks = roundTicks(low, high, 4)
      expect(ticks[0]!).toBeLessThanOrEqual(low + 1e-9)
      expect(ticks.at(-1)!).toBeGreaterThanOrEqual(high - 1e-9)
      expect([...ticks].sort((one, other) => one - other)).toEqual(ticks)
      expect(ticks.length).toBeLessThan(9)
    }
  })
})

describe('labels', () => {
  test('are moved apart, keep their order, and stay above the lowest place', () => {
    expect(spreadApart([10, 50], 11, 100)).toEqual([10, 50])
    expect(spreadApart([20, 20, 20], 11, 100)).toEqual([20, 31, 42])
    expect(spreadApart([99, 98], 11, 100)).toEqual([100, 89])
    expect(spreadApart([], 11, 100)).toEqual([])
  })

  test('hue never stands alone: no two of 25 seeds share colour and dash', () => {
    const marks = Array.from({ length: 25 }, (_, place) => JSON.stringify(lineMark(place)))
    expect(new Set(marks).size).toBe(25)
    expect(new Set([0, 1, 2, 3, 4].map((place) => lineMark(place).dash)).size).toBe(5)
  })
})

let wrapper: VueWrapper | undefined
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  wrapper?.unmount()
  document.body.innerHTML = ''
})

async function showChart(curves = [trainingCurve(41, [10, 30, 20]), trainingCurve(42, [15, 25])]) {
  const { show } = await startRenderer()
  const epoch = ref<number | null>(null)
  const chart = {
    title: 'Val macro F1',
    series: curveSeries('macroF1NoNull', curves, (role) => role),
    epochs: 10,
    say: (value: number) => value.toFixed(1),
  }
  const choose = (chosen: number | null) => (epoch.value = chosen)
  wrapper = show({ render: () => h(LineChart, { ...chart, epoch: epoch.value, 'onUpdate:epoch': choose }) })
  const slider = () => wrapper!.get('[role="slider"]')
  const said = () => slider().attributes('aria-valuetext')
  return { slider, said, wrapper }
}

describe('the line chart', () => {
  test('has a line and a ring for every seed', async () => {
    const { wrapper } = await showChart()
    expect(wrapper.findAll('polyline')).toHaveLength(2)
    expect(wrapper.findAll('[data-best]')).toHaveLength(2)
    expect(wrapper.findAll('polyline').map((one) => one.attributes('stroke-dasharray'))).toEqual(['none', '7 3'])
  })

  test('without a choice the newest value of every seed is read out', async () => {
    const { wrapper, said } = await showChart()
    expect(said()).toBe('Newest; seed 41: 20.0; seed 42: 25.0 (best)')
    expect(wrapper.get('[data-testid="readout"]').text()).toMatch(/41\s*20\.0/)
  })

  test('arrow keys walk the epochs, no further than there are', async () => {
    const { slider, said } = await showChart()
    press(slider().element, 'ArrowLeft')
    await flushPromises()
    expect(said()).toBe('Epoch 2; seed 41: 30.0 (best); seed 42: 25.0 (best)')
    press(slider().element, 'Home')
    press(slider().element, 'ArrowLeft')
    await flushPromises()
    expect(said()).toBe('Epoch 1; seed 41: 10.0; seed 42: 15.0')
    press(slider().element, 'End')
    await flushPromises()
    expect(said()).toBe('Epoch 3; seed 41: 20.0')
    expect(slider().attributes('aria-valuenow')).toBe('3')
    await slider().trigger('blur')
    expect(said()).toMatch(/^Newest/)
  })

  test('a first epoch is a point, and infinity leaves the others readable', async () => {
    const first = await showChart([trainingCurve(41, [12])])
    expect(first.wrapper.findAll('circle').length).toBeGreaterThan(0)
    const { wrapper } = await showChart([trainingCurve(41, [12, Infinity, 14])])
    expect(wrapper.get('polyline').attributes('points')).not.toMatch(/NaN|Infinity/)
  })
})
