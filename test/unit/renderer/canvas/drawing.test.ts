import { describe, expect, test } from 'vitest'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import { crowdedChips } from '../../../../src-renderer/canvas/crowding.ts'
import { cursorFor } from '../../../../src-renderer/canvas/cursor.ts'
import { resting, type Surface } from '../../../../src-renderer/canvas/hand.ts'
import { levelFor } from '../../../../src-renderer/canvas/photo-shelf.ts'
import { showStudents } from '../../../../src-renderer/canvas/show-students.ts'
import { labelled, prediction, pupil } from '../../../support/classroom.ts'

const show = (
  change: Parameters<typeof pupil>[1],
  side: 'both' | 'truth' | 'model' = 'both',
  runId: number | null = 7,
) => showStudents([pupil(1, change)], rafnetClasses, runId, side)[0]!

describe('what a box shows', () => {
  test('nobody said anything: a question mark on grey', () => {
    expect(show({})).toMatchObject({ letter: '?', origin: 'none', confidence: null, rival: null })
  })

  test('a model alone is dashed, with its confidence', () => {
    expect(show({ predictions: [prediction(7, 1)] })).toMatchObject({ letter: 'L', origin: 'model', confidence: 0.9 })
  })

  test.each([
    ['person', 'person'],
    ['accepted', 'person'],
    ['imported', 'imported'],
  ] as const)('a label of source %s is a %s line', (source, origin) => {
    expect(show({ label: labelled(2, source) })).toMatchObject({ letter: 'R', origin, confidence: null })
  })

  test('label and prediction that differ: the label, against the prediction and its confidence', () => {
    const shown = show({ label: labelled(2), predictions: [prediction(7, 4, 0.6)] })
    expect(shown).toMatchObject({ letter: 'R', confidence: null, rival: 'P', rivalConfidence: 0.6 })
  })

  test('the panes of the comparison show one side each; the model pane marks what differs from the label', () => {
    const both = { label: labelled(2), predictions: [prediction(7, 4, 0.6)] }
    expect(show(both, 'truth')).toMatchObject({ letter: 'R', origin: 'person', confidence: null, rival: null })
    expect(show(both, 'model')).toMatchObject({ letter: 'P', origin: 'model', confidence: 0.6, rival: 'R' })
    expect(show({ label: labelled(2) }, 'model')).toMatchObject({ letter: '?', origin: 'none' })
    expect(show({ predictions: [prediction(7, 4)] }, 'truth')).toMatchObject({ letter: '?', origin: 'none' })
  })

  test('predictions of another run do not count', () => {
    expect(show({ predictions: [prediction(8, 4)] })).toMatchObject({ letter: '?' })
    expect(show({ predictions: [prediction(8, 4)] }, 'both', null)).toMatchObject({ letter: '?' })
  })

  test('a class that the project no longer has is shown as unknown, an issue as suspicious', () => {
    expect(show({ label: labelled(99), boxIssue: 'inverted' })).toMatchObject({ letter: '?', suspicious: true })
  })
})

describe('crowding', () => {
  const chip = (x: number, y = 0, weight = 1) => ({ x, y, short: 40, letter: 17, weight })

  test('alone, or nobody: no chip shrinks', () => {
    expect(crowdedChips([], 17).size).toBe(0)
    expect(crowdedChips([chip(0)], 17).size).toBe(0)
  })

  test('words that would cover a neighbour’s letter give way; side by side nobody does', () => {
    expect([...crowdedChips([chip(0), chip(30)], 17)]).toEqual([0])
    expect(crowdedChips([chip(0), chip(40)], 17).size).toBe(0)
    expect(crowdedChips([chip(0), chip(30, 17)], 17).size).toBe(0)
  })

  test('in one place all shrink, however many', () => {
    expect(
      crowdedChips(
        Array.from({ length: 5 }, () => chip(0)),
        17,
      ).size,
    ).toBe(5)
  })

  test('the weightier keeps its words', () => {
    const chips = [chip(0, 0, 1), chip(-25, 10, 9)]
    expect([...crowdedChips(chips, 17)]).toContain(1)
    expect([...crowdedChips([chip(0, 0, 1), chip(-38, 0, 9)], 17)]).toEqual([1])
    expect([...crowdedChips([chip(20, 10, 1), chip(0, 0, 9)], 17)]).toEqual([1])
  })
})

describe('levels of a photo', () => {
  const source = {} as CanvasImageSource
  const levels = [4000, 2000, 1000].map((widthPx) => ({ widthPx, source }))

  test('the smallest that has a pixel for each one shown', () => {
    expect(levelFor(levels, 900)?.widthPx).toBe(1000)
    expect(levelFor(levels, 1000)?.widthPx).toBe(1000)
    expect(levelFor(levels, 1001)?.widthPx).toBe(2000)
    expect(levelFor(levels, 9000)?.widthPx).toBe(4000)
    expect(levelFor([], 10)).toBeNull()
  })
})

describe('cursor', () => {
  const surface: Surface = {
    image: { widthPx: 100, heightPx: 100 },
    viewport: { scale: 1, offsetX: 0, offsetY: 0 },
    boxes: [{ studentId: 1, box: { x1: 10, y1: 10, x2: 50, y2: 50 } }],
    selected: [],
    handled: { studentId: 1, box: { x1: 10, y1: 10, x2: 50, y2: 50 } },
    tool: 'pointer',
  }

  test('says what a press would do', () => {
    expect(cursorFor(surface, resting, { x: 30, y: 30 }, false)).toBe('pointer')
    expect(cursorFor(surface, resting, { x: 10, y: 10 }, false)).toBe('nwse-resize')
    expect(cursorFor(surface, resting, { x: 90, y: 90 }, false)).toBe('default')
    expect(cursorFor(surface, resting, { x: 30, y: 30 }, true)).toBe('grab')
    expect(cursorFor({ ...surface, tool: 'draw' }, resting, { x: 30, y: 30 }, false)).toBe('crosshair')
    expect(cursorFor(surface, resting, null, false)).toBe('default')
  })
})
