// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ReviewItem } from '#shared/contract/learning.ts'
import type { SceneStudent } from '#shared/contract/scenes.ts'
import { i18n } from '../../../../src-renderer/i18n.ts'
import ReviewView from '../../../../src-renderer/views/review/ReviewView.vue'
import { runInfo } from '../../../support/fake-workbench.ts'
import { reviewItem } from '../../../support/learning.ts'
import { press, settled, startRenderer, stores } from '../../../support/renderer.ts'

beforeAll(() => {
  // The virtual list asks how large it is; a document without layout is as large as the window here.
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 420 })
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 600 })
})
let cleanUp: (() => void)[] = []
beforeEach(() => {
  i18n.global.locale.value = 'en'
  const toolbar = document.createElement('div')
  toolbar.id = 'view-toolbar'
  document.body.append(toolbar)
})
afterEach(() => {
  cleanUp.forEach((work) => work())
  cleanUp = []
  document.body.innerHTML = ''
})

const inScene = ({ studentId, bboxId, box }: ReviewItem): SceneStudent => ({
  id: studentId,
  sceneId: 7,
  bboxId,
  box,
  source: 'imported',
  label: null,
  importedClassIndex: null,
  boxIssue: null,
  detectionScore: null,
  modalities: [],
  movedSince: [],
  neighboursMovedSince: [],
  predictions: [
    { runId: 1, classIndex: 1, logits: [0, 0, 0, 0, 0], probabilities: [0.38, 0.41, 0.1, 0.1, 0.01], gate: null },
  ],
})

const scene = {
  id: 7,
  name: 'room.jpg',
  relativePath: 'room.jpg',
  widthPx: 2000,
  heightPx: 1000,
  room: null,
  takenAt: null,
  split: null,
  review: 'open' as const,
  hasPhoto: true,
}

/** The view over a queue that loses whoever is labelled or deleted, as the workbench's does. */
async function showReview(queue: ReviewItem[]) {
  const undone: ReviewItem[][] = []
  const renderer = await startRenderer(
    {
      scenes: { get: () => ({ scene, students: queue.map(inScene) }) },
      edits: {
        apply: ({ edits }) => {
          undone.push(renderer.workbench.state.queue)
          const gone = new Set(edits.flatMap((edit) => ('studentId' in edit ? [edit.studentId] : [])))
          renderer.workbench.state.applied.push(edits)
          renderer.workbench.state.queue = renderer.workbench.state.queue.filter((one) => !gone.has(one.studentId))
          return { id: 1, kinds: { label: edits.length }, sceneIds: [7], studentIds: [...gone] }
        },
        undo: () => {
          const before = undone.pop() ?? []
          const now = new Set(renderer.workbench.state.queue.map((one) => one.studentId))
          renderer.workbench.state.queue = before
          const back = before.map((one) => one.studentId).filter((id) => !now.has(id))
          return { id: 1, kinds: { label: 1 }, sceneIds: [7], studentIds: back }
        },
      },
    },
    ({ state }) => {
      state.queue = queue
      state.runs = [runInfo(1)]
    },
  )
  const wrapper = renderer.show(ReviewView)
  const stop = stores.actions.listen(window)
  cleanUp.push(() => wrapper.unmount(), stop)
  await settled()
  const page = () => (document.body.textContent ?? '').replaceAll('\u00a0', ' ')
  const key = async (name: string, options: KeyboardEventInit = {}) => {
    press(window, name, options)
    press(window, name, { ...options, type: 'keyup' })
    await settled()
  }
  const shown = () => wrapper.find('[data-testid="review-student"]').attributes('data-student')
  const applied = () => renderer.workbench.state.applied.flat()
  return { ...renderer, wrapper, page, key, shown, applied }
}

const five = () => [1, 2, 3, 4, 5].map((id) => reviewItem(id))

describe('reviewing one by one', () => {
  test('shows who needs eyes most, why, and how far it is', async () => {
    const { shown, page } = await showReview(five())
    expect(shown()).toBe('1')
    expect(page()).toContain('The two likeliest classes are close: Listening 41 %, Bowing Head 38 %.')
    expect(page()).toContain('0 looked at, 5 to go')
  })

  test('a digit sets the class and goes on, Space accepts, Del deletes, K skips', async () => {
    const { key, shown, applied, page } = await showReview(five())
    await key('3')
    expect(shown()).toBe('2')
    await key(' ')
    await key('Delete')
    await key('k')
    expect(shown()).toBe('5')
    expect(applied()).toEqual([
      { kind: 'label', studentId: 1, classIndex: 2, source: 'person' },
      { kind: 'label', studentId: 2, classIndex: 1, source: 'accepted' },
      { kind: 'delete', studentId: 3 },
    ])
    expect(page()).toContain('4 looked at, 1 to go')
  })

  test('a digit beyond the classes does nothing', async () => {
    const { key, shown, applied } = await showReview(five())
    await key('9')
    expect([shown(), applied()]).toEqual(['1', []])
  })

  test('back returns, another class there corrects it and leads on to whoever is still to do', async () => {
    const { key, shown, applied } = await showReview(five())
    await key('1')
    await key('1')
    await key('ArrowLeft')
    await key('ArrowLeft')
    await key('ArrowLeft')
    expect(shown()).toBe('1')
    await key('2')
    expect(shown()).toBe('3')
    expect(applied().at(-1)).toMatchObject({ studentId: 1, classIndex: 1 })
  })

  test('undo goes back to that student', async () => {
    const { key, shown, page } = await showReview(five())
    await key('1')
    await key('2')
    await stores.edits.undo()
    await settled()
    expect(shown()).toBe('2')
    expect(page()).toContain('1 looked at, 4 to go')
  })

  test('what changes in the workbench does not take away whom one looks at', async () => {
    const { key, shown, workbench, page } = await showReview(five())
    await key('k')
    workbench.state.queue = [reviewItem(8), reviewItem(9)]
    workbench.change(['labels', 'runs'])
    await new Promise((resolve) => setTimeout(resolve, 600))
    await settled()
    expect(shown()).toBe('2')
    await key('k')
    expect(shown()).toBe('8')
    expect(page()).toContain('2 looked at, 2 to go')
  })

  test('a decision that could not be saved is not counted', async () => {
    const { key, workbench } = await showReview(five())
    workbench.cut()
    await key('1')
    await settled()
    expect(stores.review.decisions.size).toBe(0)
  })

  test('Enter opens the student in Label', async () => {
    const { key, router } = await showReview(five())
    await key('Enter')
    expect(router.currentRoute.value.fullPath).toBe('/label/7?student=1')
  })

  test('the end celebrates, and offers those who were skipped', async () => {
    const { key, page, wrapper, shown } = await showReview(five().slice(0, 2))
    await key('1')
    await key('k')
    expect(wrapper.get('[data-testid="review-done"]').attributes('data-kind')).toBe('done')
    expect(page()).toContain('All done: 2 students looked at')
    await wrapper
      .findAll('button')
      .find((one) => one.text().includes('Look at 1 skipped student again'))!
      .trigger('click')
    await settled()
    expect(shown()).toBe('2')
  })

  test('an empty queue says what to do next', async () => {
    const { wrapper } = await showReview([])
    expect(wrapper.get('[data-testid="review-done"]').attributes('data-kind')).toBe('nothing')
  })
})

describe('filters', () => {
  const mixed = () => [
    reviewItem(1),
    reviewItem(2, { reasons: [{ reason: 'unfamiliar', value: 1 }], predicted: 4 }),
    reviewItem(3, { predicted: 4 }),
  ]

  test('say how many each would leave, and narrow the queue', async () => {
    const { wrapper, shown, page } = await showReview(mixed())
    const chip = (reason: string) => wrapper.get(`[data-testid="review-filters"] [data-reason="${reason}"]`)
    expect(chip('margin').text()).toMatch(/2$/)
    expect(chip('unfamiliar').text()).toMatch(/1$/)
    await chip('unfamiliar').trigger('click')
    await settled()
    expect(shown()).toBe('2')
    expect(page()).toContain('Unlike anybody labelled so far')
    await chip('unfamiliar').trigger('click')
    await settled()
    expect(shown()).toBe('1')
  })

  test('by class, and nobody left', async () => {
    const { wrapper, shown, workbench } = await showReview(mixed())
    await wrapper.get('[aria-label="Predicted as Using Phone: 2"]').trigger('click')
    await settled()
    expect(shown()).toBe('2')
    workbench.state.queue = []
    stores.review.choose({ predicted: 4 })
    await settled()
    expect(wrapper.get('[data-testid="review-done"]').attributes('data-kind')).toBe('filtered')
  })
})

describe('the wall', () => {
  test('several selected get one class as one step, and stay in sight', async () => {
    const { key, wrapper, workbench } = await showReview(five())
    await key('w')
    const cards = () => wrapper.findAll('[role="option"]')
    expect(cards()).toHaveLength(5)
    await cards()[0]!.trigger('click')
    await cards()[2]!.trigger('click', { shiftKey: true })
    await key('5')
    expect(workbench.state.applied).toHaveLength(1)
    expect(workbench.state.applied[0]).toHaveLength(3)
    expect(cards().filter((one) => one.text().includes('labelled'))).toHaveLength(3)
    await key('Enter', { ctrlKey: true })
    expect(workbench.state.applied.at(-1)).toEqual(
      [1, 2, 3].map((studentId) => ({ kind: 'label', studentId, classIndex: 1, source: 'accepted' })),
    )
  })
})
