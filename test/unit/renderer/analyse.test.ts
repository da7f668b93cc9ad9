// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FigureIntervals, StudentCard } from '#shared/contract/evaluation.ts'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import AnalyseView from '../../../src-renderer/views/analyse/AnalyseView.vue'
import ClassTable from '../../../src-renderer/views/analyse/ClassTable.vue'
import ConfusionGrid from '../../../src-renderer/charts/ConfusionGrid.vue'
import { i18n } from '../../../src-renderer/i18n.ts'
import CropWall from '../../../src-renderer/views/analyse/CropWall.vue'
import { everyone, type Crowd } from '../../../src-renderer/views/analyse/crowd.ts'
import HeadlineFigures from '../../../src-renderer/views/analyse/HeadlineFigures.vue'
import SceneTable from '../../../src-renderer/views/analyse/SceneTable.vue'
import { anEvaluation, confusion } from '../../support/evaluation.ts'
import { runInfo } from '../../support/fake-workbench.ts'
import { press, settled, startRenderer, stores } from '../../support/renderer.ts'

beforeAll(() => {
  // The virtual lists ask how large they are; a document without layout is as large as the window here.
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 420 })
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 600 })
})
let cleanUp: (() => void)[] = []
beforeEach(() => (i18n.global.locale.value = 'en'))
afterEach(() => {
  cleanUp.forEach((work) => work())
  cleanUp = []
  document.body.innerHTML = ''
})

async function showGrid(mode: 'counts' | 'rows' = 'counts') {
  const { show } = await startRenderer()
  const wrapper = show(ConfusionGrid, { confusion, classes: rafnetClasses, mode, chosen: null })
  cleanUp.push(() => wrapper.unmount())
  const cell = (row: number, column: number) => wrapper.get(`[data-cell="${row}-${column}"]`)
  const opened = () =>
    wrapper
      .findComponent(ConfusionGrid)
      .emitted('open')
      ?.map(([one]) => one) ?? []
  return { wrapper, cell, opened }
}

describe('the confusion grid', () => {
  test('shows counts and totals, or shares of the row', async () => {
    const counts = await showGrid()
    expect([
      counts.cell(2, 1).text(),
      counts.cell(2, 5).text(),
      counts.cell(5, 1).text(),
      counts.cell(5, 5).text(),
    ]).toEqual(['3', '49', '45', '162'])
    const rows = await showGrid('rows')
    expect([rows.cell(0, 0).text(), rows.cell(0, 5).text(), rows.cell(5, 1).text()]).toEqual(['93.1', '100.0', '27.8'])
  })

  test('a row of nobody has no shares to show', async () => {
    const { show } = await startRenderer()
    const wrapper = show(ConfusionGrid, {
      confusion: [
        [0, 0],
        [1, 1],
      ],
      classes: rafnetClasses.slice(0, 2),
      mode: 'rows',
      chosen: null,
    })
    expect(wrapper.get('[data-cell="0-0"]').text()).toBe('0.0')
    wrapper.unmount()
  })

  test('says in words what a cell is', async () => {
    const { cell } = await showGrid()
    expect(cell(2, 1).attributes('aria-label')).toBe(
      'Truth Reading/Writing, predicted Listening: 3 students, 6.1 % of the row',
    )
  })

  test('a click opens a cell, a whole row, a whole column, everybody', async () => {
    const { cell, opened } = await showGrid()
    for (const [row, column] of [
      [2, 1],
      [2, 5],
      [5, 1],
      [5, 5],
    ] as const)
      await cell(row, column).trigger('click')
    expect(opened()).toEqual([
      { truth: 2, predicted: 1 },
      { truth: 2, predicted: null },
      { truth: null, predicted: 1 },
      { truth: null, predicted: null },
    ])
  })

  test('one cell is in the tab order; arrows walk, stop at the edges, Enter and Space open', async () => {
    const { wrapper, cell, opened } = await showGrid()
    expect(wrapper.findAll('[tabindex="0"]')).toHaveLength(1)
    const walk = (...keys: string[]) => keys.forEach((key) => press(document.activeElement!, key))
    ;(cell(0, 0).element as HTMLElement).focus()
    walk('ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight', 'Enter')
    await flushPromises()
    walk('End', ' ')
    await flushPromises()
    expect(opened()).toEqual([
      { truth: 1, predicted: 1 },
      { truth: 1, predicted: null },
    ])
    press(document.activeElement!, 'Home', { ctrlKey: true })
    await flushPromises()
    expect((document.activeElement as HTMLElement).dataset['cell']).toBe('0-0')
    expect(wrapper.findAll('[tabindex="0"]')).toHaveLength(1)
  })

  test('only cells with students are shaded, right ones other than wrong ones', async () => {
    const { cell } = await showGrid()
    expect(cell(0, 1).attributes('style')).toBeUndefined()
    expect(cell(0, 0).attributes('style')).toContain('--heat)')
    expect(cell(2, 1).attributes('style')).toContain('--heat-wrong')
    expect(cell(0, 5).attributes('style')).toBeUndefined()
  })
})

const card = (studentId: number, truth = 2, predicted = 1): StudentCard => ({
  studentId,
  sceneId: 7,
  scene: 'room.jpg',
  bboxId: String(studentId),
  box: { x1: 0, y1: 0, x2: 10, y2: 10 },
  truth,
  predicted,
  confidence: 0.5,
})

const cell: Crowd = { ...everyone, truth: 2, predicted: 1 }

/** A wall over three students who are labelled 2 and predicted 1; labels that are given take them out of the cell. */
async function showWall() {
  const labels = new Map([1, 2, 3].map((id) => [id, 2]))
  const renderer = await startRenderer({
    evaluation: {
      students: () => {
        const cards = [...labels].filter(([, truth]) => truth === 2).map(([id]) => card(id))
        return { total: cards.length, cards }
      },
    },
    edits: {
      apply: ({ edits }) => {
        for (const edit of edits) if (edit.kind === 'label') labels.set(edit.studentId, edit.classIndex)
        return { id: 1, kinds: { label: edits.length }, sceneIds: [7], studentIds: [] }
      },
      undo: () => {
        for (const id of labels.keys()) labels.set(id, 2)
        return { id: 1, kinds: { label: 1 }, sceneIds: [7], studentIds: [] }
      },
    },
  })
  const wrapper = renderer.show(CropWall, { crowd: cell, runId: 1 })
  const stop = stores.actions.listen(window)
  cleanUp.push(() => wrapper.unmount(), stop)
  await settled()
  const list = wrapper.get('[role="listbox"]').element
  const options = () => wrapper.findAll('[role="option"]')
  const selected = () => options().flatMap((one, at) => (one.attributes('aria-selected') === 'true' ? [at] : []))
  const changed = () => options().filter((one) => one.text().includes('relabelled')).length
  const workbenchSaysSo = async () => {
    renderer.workbench.change(['labels'])
    await settled()
  }
  return { ...renderer, wrapper, list, options, selected, changed, labels, workbenchSaysSo }
}

describe('the wall of crops', () => {
  test('shows those students, with what they are and what the model says', async () => {
    const { options, wrapper } = await showWall()
    expect(options()).toHaveLength(3)
    expect(wrapper.text()).toContain('3 students')
    expect(options()[0]!.get('img').attributes('src')).toMatch(/^\/media\/crop\/1\?v=\d+$/)
  })

  test('a digit relabels the selected student and goes on to the next', async () => {
    const { list, options, selected, changed, labels, workbenchSaysSo } = await showWall()
    await options()[0]!.trigger('click')
    press(list, '2')
    await settled()
    expect(labels.get(1)).toBe(1)
    expect(selected()).toEqual([1])
    await workbenchSaysSo()
    expect(options()).toHaveLength(3)
    expect(changed()).toBe(1)
  })

  test('a digit with several selected sets all as one step and does not go on', async () => {
    const { list, selected, labels, options } = await showWall()
    await options()[0]!.trigger('click')
    press(list, 'a', { ctrlKey: true })
    await flushPromises()
    expect(selected()).toEqual([0, 1, 2])
    press(list, '5')
    await settled()
    expect([...labels.values()]).toEqual([4, 4, 4])
    expect(selected()).toEqual([0, 1, 2])
  })

  test('undo brings the student back as he was', async () => {
    const { list, options, changed, workbenchSaysSo } = await showWall()
    await options()[0]!.trigger('click')
    press(list, '1')
    await settled()
    await workbenchSaysSo()
    expect(changed()).toBe(1)
    await stores.edits.undo()
    await workbenchSaysSo()
    expect(changed()).toBe(0)
    expect(options()).toHaveLength(3)
  })

  test('a digit beyond the classes, or with nobody selected, does nothing', async () => {
    const { list, options, labels } = await showWall()
    press(list, '1')
    await options()[0]!.trigger('click')
    press(list, '9')
    await settled()
    expect([...labels.values()]).toEqual([2, 2, 2])
  })

  test('Shift extends, Ctrl adds and takes away', async () => {
    const { options, selected } = await showWall()
    await options()[0]!.trigger('click')
    await options()[2]!.trigger('click', { shiftKey: true })
    expect(selected()).toEqual([0, 1, 2])
    await options()[1]!.trigger('click', { ctrlKey: true })
    expect(selected()).toEqual([0, 2])
  })

  test('arrows walk and stop at the ends, Space toggles, Enter shows the photo', async () => {
    const { list, selected, router } = await showWall()
    press(list, 'ArrowRight')
    await flushPromises()
    expect(selected()).toEqual([0])
    press(list, 'ArrowRight')
    press(list, 'ArrowRight', { shiftKey: true })
    await flushPromises()
    expect(selected()).toEqual([1, 2])
    press(list, 'ArrowRight')
    await flushPromises()
    expect(selected()).toEqual([2])
    press(list, ' ')
    await flushPromises()
    expect(selected()).toEqual([])
    press(list, 'Enter')
    await settled()
    expect(router.currentRoute.value.fullPath).toBe('/label/7?student=3')
  })

  test('a label that could not be saved is not shown as given', async () => {
    const { list, options, changed, workbench } = await showWall()
    await options()[0]!.trigger('click')
    workbench.cut()
    press(list, '1')
    await settled()
    expect(changed()).toBe(0)
  })
})

const evaluation = anEvaluation()

describe('headline figures', () => {
  /** The tiles where the workbench answers so; null for the interval of every figure. */
  async function showTiles(scenes: number, interval: readonly [number, number] | null) {
    const names = ['accuracy', 'accuracyNoNull', 'macroF1', 'macroF1NoNull', 'macroF1NonNullClasses', 'weightedF1']
    const intervals = Object.fromEntries(names.map((name) => [name, interval])) as FigureIntervals['intervals']
    const { show } = await startRenderer()
    const drawn = { runId: 1, scenes, resamples: 2000, intervals, classF1: [] }
    const wrapper = show(HeadlineFigures, { evaluation, intervals: drawn, scenes })
    cleanUp.push(() => wrapper.unmount())
    return { tiles: wrapper.findAll('[data-testid^="figure-"]').map((one) => one.text()) }
  }

  test('each has its n and its interval, and both no-null conventions are named', async () => {
    const { tiles } = await showTiles(20, [70, 91.25])
    expect(tiles).toHaveLength(6)
    for (const tile of tiles) expect(tile).toMatch(/95 % 70\.0 – 91\.3.*n = 1(62|49)/)
    expect(tiles.join()).toContain('Macro F1, no Null (paper)90.48%')
    expect(tiles.join()).toContain('Macro F1, non-Null classes90.48%')
  })

  test('below 20 scenes the two rates have Wilson’s interval, which does not promise too much', async () => {
    const { tiles } = await showTiles(5, [70, 91.25])
    expect(tiles.filter((tile) => tile.includes('95 % 40.0 – 60.0'))).toHaveLength(2)
    expect(tiles.filter((tile) => tile.includes('95 % 70.0 – 91.3'))).toHaveLength(4)
  })

  test('one scene has no interval of its F1s, and says so', async () => {
    const { tiles } = await showTiles(1, null)
    expect(tiles.filter((tile) => tile.includes('no interval: 1 scene'))).toHaveLength(4)
  })

  test('few scenes are warned of, many are not', async () => {
    await showTiles(5, [70, 91])
    expect(document.body.textContent).toContain('Only 5 scenes')
    cleanUp.pop()?.()
    await showTiles(20, [70, 91])
    expect(document.body.textContent).not.toContain('Only 20 scenes')
  })
})

describe('the scene table', () => {
  const scenes = [
    { sceneId: 1, scene: '10.jpg', students: 40, correct: 20, accuracy: 50, interval: [35, 65] as const },
    { sceneId: 2, scene: '9.jpg', students: 60, correct: 17, accuracy: 28.33, interval: [18, 41] as const },
  ]

  test('sorts by name as people do, shows n and interval, and asks for another order', async () => {
    const { show } = await startRenderer()
    const wrapper = show(SceneTable, { scenes, chosenId: null, sort: 'scene', descending: false })
    await settled(2)
    const rows = wrapper.findAll('[data-row]').map((row) => row.text())
    expect(rows[0]).toContain('9.jpg')
    expect(rows[0]).toContain('28.33')
    expect(rows[0]).toContain('18.0 – 41.0')
    await wrapper.findAll('[role="columnheader"] button')[3]!.trigger('click')
    expect(wrapper.findComponent(SceneTable).emitted('update:sort')).toEqual([['accuracy']])
    wrapper.unmount()
  })

  test('a scene of fewer than ten students is grey, and why is said once', async () => {
    const { show } = await startRenderer()
    const small = scenes.map((one) => ({ ...one, students: one.sceneId === 1 ? 9 : 10 }))
    const wrapper = show(SceneTable, { scenes: small, chosenId: null, sort: 'students', descending: false })
    await settled(2)
    expect(wrapper.findAll('[data-row]').map((row) => row.attributes('data-few'))).toEqual(['true', 'false'])
    expect(wrapper.text()).toContain('Grey: fewer than 10 students')
    wrapper.unmount()
    const large = show(SceneTable, { scenes, chosenId: null, sort: 'students', descending: false })
    await settled(2)
    expect(large.text()).not.toContain('Grey')
    large.unmount()
  })
})

describe('the class table', () => {
  test('a class of fewer than ten students is grey, and why is said once', async () => {
    const { show } = await startRenderer()
    const scores = evaluation.classes.map((one, at) => ({ ...one, support: [40, 10, 9, 0, 12][at] ?? 0 }))
    const wrapper = show(ClassTable, { scores, intervals: null })
    cleanUp.push(() => wrapper.unmount())
    const rows = wrapper.findAll('tbody tr')
    expect(rows.map((row) => row.attributes('data-few'))).toEqual(['false', 'false', 'true', 'true', 'false'])
    expect(rows[2]!.classes()).toContain('text-ink-3')
    expect(wrapper.text().match(/Grey: fewer than 10 students/g)).toHaveLength(1)
  })

  const drawn = (change: Partial<FigureIntervals>): FigureIntervals => ({
    runId: 1,
    scenes: 20,
    resamples: 2000,
    intervals: {
      accuracy: null,
      accuracyNoNull: null,
      macroF1: null,
      macroF1NoNull: null,
      macroF1NonNullClasses: null,
      weightedF1: null,
    },
    classF1: [[70, 91.25], null, [0, 4], [1, 2], [3, 4]],
    ...change,
  })

  test('each F1 has the interval drawn for its class, and says where it has none', async () => {
    const { show } = await startRenderer()
    const wrapper = show(ClassTable, { scores: evaluation.classes, intervals: drawn({}) })
    cleanUp.push(() => wrapper.unmount())
    const cells = wrapper.findAll('[data-testid="class-f1"]')
    expect(cells[0]!.text()).toMatch(/70\.0 – 91\.3$/)
    expect(cells[0]!.attributes('title')).toBe('95 % 70.0 – 91.3')
    expect(cells[1]!.text()).toMatch(/–$/)
    expect(cells[1]!.attributes('title')).toBe(i18n.global.t('analyse.intervalNone'))
  })

  test('one scene gives none, and none are shown before they are drawn', async () => {
    const { show } = await startRenderer()
    const one = show(ClassTable, { scores: evaluation.classes, intervals: drawn({ scenes: 1, classF1: [] }) })
    cleanUp.push(() => one.unmount())
    expect(one.get('[data-testid="class-f1"]').attributes('title')).toBe(i18n.global.t('analyse.intervalFewScenes'))
    const before = show(ClassTable, { scores: evaluation.classes, intervals: null })
    cleanUp.push(() => before.unmount())
    expect(before.get('[data-testid="class-f1"]').attributes('title')).toBe(i18n.global.t('analyse.intervalComing'))
  })

  test('the view asks for intervals once, and shows them in the tiles and in the table', async () => {
    document.body.innerHTML = '<div id="view-toolbar"></div>'
    const { show, workbench } = await startRenderer(
      { evaluation: { intervals: ({ runId }) => ({ ...drawn({}), runId }) } },
      ({ state }) => {
        state.runs = [runInfo(1)]
        state.evaluation = evaluation
      },
    )
    const wrapper = show(AnalyseView)
    cleanUp.push(() => wrapper.unmount())
    await settled(20)
    expect(workbench.state.calls.filter(({ name }) => name === 'evaluation.intervals')).toEqual([
      { name: 'evaluation.intervals', input: { runId: 1, sceneIds: null } },
    ])
    expect(wrapper.get('[data-testid="class-f1"]').text()).toContain('70.0 – 91.3')
  })
})
