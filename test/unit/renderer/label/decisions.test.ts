import { describe, expect, test } from 'vitest'
import {
  acceptance,
  boxAtCentre,
  groundSize,
  placeInClass,
  studentAcross,
  studentBeside,
} from '../../../../src-renderer/views/label/decisions.ts'
import { stacksBetter } from '../../../../src-renderer/views/label/arrangement.ts'
import { shortId } from '../../../../src-renderer/views/label/short-id.ts'
import { withPending, withRealIds, type PendingEdit } from '../../../../src-renderer/stores/pending-edits.ts'
import { labelled, prediction, pupil, sceneOf } from '../../../support/classroom.ts'

const three = [pupil(1), pupil(2), pupil(3)]

describe('the next student', () => {
  test('goes by seat; the ends stop, or lead round', () => {
    expect(studentBeside(three, 1, 1, false)).toBe(2)
    expect(studentBeside(three, 3, 1, false)).toBe(3)
    expect(studentBeside(three, 3, 1, true)).toBe(1)
    expect(studentBeside(three, 1, -1, true)).toBe(3)
  })

  test('from nobody is the first or the last; of nobody is nobody', () => {
    expect(studentBeside(three, null, 1, true)).toBe(1)
    expect(studentBeside(three, null, -1, true)).toBe(3)
    expect(studentBeside(three, 99, 1, true)).toBe(1)
    expect(studentBeside([], null, 1, true)).toBeNull()
  })

  test('across: null at the edge, and boxes of infinite size do not break the rows', () => {
    expect(studentAcross(three, 1, 'right')).toBe(2)
    expect(studentAcross(three, 1, 'left')).toBeNull()
    expect(studentAcross(three, 99, 'left')).toBeNull()
    const broken = pupil(9, { box: { x1: Infinity, y1: 0, x2: 1, y2: NaN } })
    expect(studentAcross([...three, broken], 2, 'right')).toBe(3)
  })

  test('row and seat are counted from 1', () => {
    expect(placeInClass([...three, pupil(4, { box: { x1: 0, y1: 200, x2: 20, y2: 230 } })], 4)).toEqual({
      row: 2,
      seat: 1,
    })
    expect(placeInClass(three, 99)).toBeNull()
  })
})

describe('accepting a whole scene', () => {
  test('leaves what people said, takes the rest, and counts what has no prediction', () => {
    const students = [
      pupil(1, { predictions: [prediction(7, 1)] }),
      pupil(2, { label: labelled(3, 'imported'), predictions: [prediction(7, 1)] }),
      pupil(3, { label: labelled(3, 'person'), predictions: [prediction(7, 1)] }),
      pupil(4, { label: labelled(1, 'accepted'), predictions: [prediction(7, 1)] }),
      pupil(5),
    ]
    const accepted = acceptance(students, 7)
    expect(accepted.edits.map((edit) => 'studentId' in edit && edit.studentId)).toEqual([1, 2])
    expect(accepted.edits[0]).toEqual({ kind: 'label', studentId: 1, classIndex: 1, source: 'accepted' })
    expect(accepted).toMatchObject({ changed: 1, kept: 1, withoutPrediction: 1 })
  })

  test('without a run accepts nothing', () => {
    expect(acceptance([pupil(1, { predictions: [prediction(7, 1)] })], null).edits).toEqual([])
  })
})

describe('a box at the centre of the view', () => {
  const photo = { widthPx: 400, heightPx: 300 }
  const view = { widthPx: 400, heightPx: 300 }
  const viewport = { scale: 1, offsetX: 0, offsetY: 0 }

  test('has the class’s usual size', () => {
    expect(boxAtCentre(three, photo, viewport, view)).toEqual({ x1: 190, y1: 135, x2: 210, y2: 165 })
  })

  test('without anybody has a sensible one; a view beside the photo still draws inside it', () => {
    const first = boxAtCentre([], photo, viewport, view)
    expect(first.x2 - first.x1).toBeGreaterThanOrEqual(8)
    const beside = boxAtCentre(three, photo, { scale: 1, offsetX: 5000, offsetY: -5000 }, view)
    expect(beside).toEqual({ x1: 0, y1: 270, x2: 20, y2: 300 })
  })
})

describe('ground, arrangement, ids', () => {
  test('a scene without a known size lies on a ground that holds all boxes', () => {
    const ground = groundSize({ widthPx: 0, heightPx: 0 }, [pupil(20)])
    expect(ground.widthPx).toBeGreaterThan(620)
    expect(groundSize({ widthPx: 0, heightPx: 0 }, []).widthPx).toBeGreaterThan(0)
    expect(groundSize({ widthPx: 40, heightPx: 30 }, [pupil(20)])).toEqual({ widthPx: 40, heightPx: 30 })
  })

  test('wide photos are stacked in a tall place, and stand side by side in a wide one', () => {
    expect(stacksBetter({ widthPx: 1600, heightPx: 900 }, { widthPx: 800, heightPx: 800 }, 3)).toBe(true)
    expect(stacksBetter({ widthPx: 900, heightPx: 1600 }, { widthPx: 800, heightPx: 800 }, 3)).toBe(false)
    expect(stacksBetter({ widthPx: 1600, heightPx: 900 }, { widthPx: 800, heightPx: 800 }, 1)).toBe(false)
  })

  test.each([
    ['166_12', '166.jpg', '12'],
    ['1_36', '166.jpg', '1_36'],
    ['166', '166.jpg', '166'],
    ['a.b_3', 'a.b.png', '3'],
    ['', '', ''],
  ])('%s in %s is %s', (id, scene, short) => expect(shortId(id, scene)).toBe(short))
})

describe('pending edits', () => {
  const base = { scene: sceneOf(1), students: three }
  const pending = (edits: PendingEdit['edits'], change: Partial<PendingEdit> = {}): PendingEdit => ({
    token: 1,
    sceneId: 1,
    edits,
    drawnIds: [],
    annotator: 'me',
    at: '2026-01-01T08:00:00.000Z',
    writtenAt: null,
    ...change,
  })

  test('none, or those of another scene, leave the scene itself', () => {
    expect(withPending(base, [])).toBe(base)
    expect(withPending(base, [pending([{ kind: 'delete', studentId: 1 }], { sceneId: 2 })])).toBe(base)
  })

  test('apply in their order: a later class wins, a deleted student takes no more', () => {
    const shown = withPending(base, [
      pending([{ kind: 'label', studentId: 1, classIndex: 1, source: 'person' }]),
      pending([{ kind: 'label', studentId: 1, classIndex: 2, source: 'accepted' }]),
      pending([{ kind: 'delete', studentId: 2 }]),
      pending([{ kind: 'label', studentId: 2, classIndex: 2, source: 'person' }]),
      pending([{ kind: 'review', sceneId: 1, review: 'reviewed' }]),
    ])
    expect(shown.students.map((student) => student.id)).toEqual([1, 3])
    expect(shown.students[0]!.label).toMatchObject({ classIndex: 2, source: 'accepted', annotator: 'me' })
    expect(shown.scene.review).toBe('reviewed')
  })

  test('a moved box is judged anew; a drawn one has a place and takes classes at once', () => {
    const outside = { x1: 390, y1: 0, x2: 450, y2: 50 }
    const shown = withPending(base, [
      pending([{ kind: 'box', studentId: 1, box: outside }]),
      pending([{ kind: 'draw', sceneId: 1, box: three[0]!.box, classIndex: null }], { drawnIds: [-1001] }),
      pending([{ kind: 'label', studentId: -1001, classIndex: 4, source: 'person' }]),
    ])
    expect(shown.students[0]).toMatchObject({ box: outside, boxIssue: 'outside' })
    expect(shown.students.at(-1)).toMatchObject({ id: -1001, source: 'drawn', label: { classIndex: 4 } })
  })

  test('a drawn student that the workbench already sent is not shown twice', () => {
    const drawn = pending([{ kind: 'draw', sceneId: 1, box: three[0]!.box, classIndex: null }], { drawnIds: [3] })
    expect(withPending(base, [drawn]).students).toHaveLength(3)
  })

  test('real ids take the place of temporary ones, in edits that name a student', () => {
    const edits = [
      { kind: 'delete', studentId: -1 },
      { kind: 'review', sceneId: 1, review: 'open' },
    ] as const
    expect(withRealIds(edits, (id) => (id === -1 ? 50 : id))).toEqual([{ kind: 'delete', studentId: 50 }, edits[1]])
  })
})
