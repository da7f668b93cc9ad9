import { describe, expect, test } from 'vitest'
import type { Edit } from '#shared/domain/edit.ts'
import type { SceneStudent } from '#shared/contract/scenes.ts'
import {
  importScenes,
  inCall,
  projectWorkbench,
  testWorkbench,
  writeTo,
  type TestWorkbench,
} from '../../support/workbench.ts'

async function withScenes(scenes: readonly number[]) {
  const workbench = await projectWorkbench()
  let ids: ReturnType<typeof importScenes> = { sceneIds: [], studentIds: [] }
  writeTo(workbench.projectFolder, (store) => (ids = importScenes(store, { scenes })))
  const { edits, scenes: sceneService } = workbench.handlers
  const apply = async (list: Edit[], annotator = 'me') => edits.apply({ edits: list, annotator }, inCall)
  const students = async (sceneId: number) => (await sceneService.get({ sceneId, runIds: [] }, inCall)).students
  const student = async (sceneId: number, id: number): Promise<SceneStudent | undefined> =>
    (await students(sceneId)).find((one) => one.id === id)
  return { workbench, edits, apply, students, student, ...ids }
}

const label = (studentId: number, classIndex: number): Edit => ({
  kind: 'label',
  studentId,
  classIndex,
  source: 'person',
})
const box = { x1: 10, y1: 20, x2: 110, y2: 220 }

test('a label by hand is in force at once; undo brings the imported one back and only adds to the history', async () => {
  const { workbench, edits, apply, student, sceneIds, studentIds } = await withScenes([3])
  const [scene = 0] = sceneIds
  const id = studentIds[0]![1]!
  const step = await apply([label(id, 4)], 'ann')
  expect(step).toEqual({ id: 1, kinds: { label: 1 }, sceneIds: [scene], studentIds: [id] })
  expect(await student(scene, id)).toMatchObject({
    label: { classIndex: 4, annotator: 'ann', source: 'person' },
    importedClassIndex: 1,
  })
  expect(await edits.undo({}, inCall)).toEqual(step)
  expect(await student(scene, id)).toMatchObject({ label: { classIndex: 1, source: 'imported' } })
  expect(await edits.redo({}, inCall)).toEqual(step)
  expect(await student(scene, id)).toMatchObject({ label: { classIndex: 4, annotator: 'ann', source: 'person' } })
  const history = await workbench.handlers.scenes.history({ studentId: id }, inCall)
  expect(history.map(({ source, classIndex, rank }) => [source, classIndex, rank])).toEqual([
    ['imported', 1, 2],
    ['person', 4, 4],
    ['withdrawn', null, 5],
    ['person', 4, 4],
  ])
})

test("undoing an old opinion does not make it newer than another annotator's", async () => {
  const { edits, apply, student, sceneIds, studentIds } = await withScenes([1])
  const id = studentIds[0]![0]!
  await apply([label(id, 1)], 'ann')
  await apply([label(id, 2)], 'ben')
  await apply([label(id, 3)], 'ann')
  await edits.undo({}, inCall)
  expect((await student(sceneIds[0]!, id))?.label).toMatchObject({ classIndex: 2, annotator: 'ben' })
})

test('a box is kept upright; undo returns the stored one, even inverted', async () => {
  const { workbench, edits, apply, student, sceneIds, studentIds } = await withScenes([1])
  const id = studentIds[0]![0]!
  const inverted = { x1: 50, y1: 136, x2: 80, y2: 84.8 }
  writeTo(workbench.projectFolder, (store) => {
    store.prepare('UPDATE student SET y1 = ?, y2 = ?, x1 = ?, x2 = ? WHERE id = ?').run(136, 84.8, 50, 80, id)
  })
  expect(await student(sceneIds[0]!, id)).toMatchObject({ box: inverted, boxIssue: 'inverted' })
  await apply([{ kind: 'box', studentId: id, box: { x1: 110, y1: 20, x2: 10, y2: 220 } }])
  expect(await student(sceneIds[0]!, id)).toMatchObject({ box, boxIssue: null })
  await edits.undo({}, inCall)
  expect(await student(sceneIds[0]!, id)).toMatchObject({ box: inverted })
})

test('drawn students get ids of their own in order; undo takes them away with their label, redo brings both back', async () => {
  const { edits, apply, students, sceneIds } = await withScenes([2, 1])
  const [scene = 0] = sceneIds
  const draw = (classIndex: number | null): Edit => ({ kind: 'draw', sceneId: scene, box, classIndex })
  const step = await apply([draw(4), draw(null)])
  expect(step.kinds).toEqual({ draw: 2 })
  const drawn = (await students(scene)).filter((one) => one.source === 'drawn')
  expect(new Set(drawn.map((one) => one.id))).toEqual(new Set(step.studentIds))
  expect(drawn.map((one) => one.bboxId).sort()).toEqual(['3', '4'])
  expect(drawn.map((one) => one.label?.classIndex ?? null).sort()).toEqual([4, null])
  await edits.undo({}, inCall)
  expect((await students(scene)).map((one) => one.source)).toEqual(['imported', 'imported'])
  await apply([draw(1)])
  expect((await students(scene)).map((one) => one.bboxId).sort()).toEqual(['1', '2', '5'])
  expect(await edits.redo({}, inCall)).toBeNull()
})

test('ids of the manner 1_59 go on in their manner', async () => {
  const { workbench, apply, students, sceneIds } = await withScenes([2])
  writeTo(workbench.projectFolder, (store) => {
    store.prepare(`UPDATE student SET bbox_id = '1_' || (bbox_id + 57)`).run()
  })
  await apply([{ kind: 'draw', sceneId: sceneIds[0]!, box, classIndex: null }])
  expect((await students(sceneIds[0]!)).map((one) => one.bboxId).sort()).toEqual(['1_58', '1_59', '1_60'])
})

test('deletion hides a student until it is undone', async () => {
  const { edits, apply, students, sceneIds, studentIds } = await withScenes([3])
  const [first = 0] = studentIds[0]!
  await apply([{ kind: 'delete', studentId: first }])
  expect((await students(sceneIds[0]!)).map((one) => one.id)).not.toContain(first)
  await edits.undo({}, inCall)
  expect((await students(sceneIds[0]!)).map((one) => one.id)).toContain(first)
})

test('a bulk edit is one step, whatever it holds', async () => {
  const { workbench, edits, apply, students, sceneIds, studentIds } = await withScenes([4, 4])
  const before = await students(sceneIds[0]!)
  const step = await apply([
    ...studentIds[0]!.map((id) => label(id, 3)),
    { kind: 'box', studentId: studentIds[0]![0]!, box },
    { kind: 'delete', studentId: studentIds[1]![2]! },
    { kind: 'review', sceneId: sceneIds[1]!, review: 'reviewed' },
  ])
  expect(step.kinds).toEqual({ label: 4, box: 1, delete: 1, review: 1 })
  expect(step.sceneIds).toEqual(sceneIds)
  const list = await workbench.handlers.scenes.list({ query: '', runId: null, offset: 0, limit: 9 }, inCall)
  expect(list.rows.map(({ students: count, confirmed, review }) => [count, confirmed, review])).toEqual([
    [4, 4, 'open'],
    [3, 0, 'reviewed'],
  ])
  await edits.undo({}, inCall)
  expect(await students(sceneIds[0]!)).toEqual(before)
})

describe('a step of more edits than are written in one go', () => {
  const large = async () => {
    const context = await withScenes(Array.from({ length: 12 }, () => 50))
    const everyone = context.studentIds.flat()
    const classes = async () =>
      (await Promise.all(context.sceneIds.map((id) => context.students(id)))).flat().map((one) => one.label?.classIndex)
    return { ...context, everyone, classes, before: await classes() }
  }

  test('is one step all the same: taken back and done again whole, also by the next workbench', async () => {
    const { workbench, edits, apply, everyone, classes, before, sceneIds } = await large()
    const box = { x1: 1, y1: 2, x2: 30, y2: 40 }
    const changes: Edit[] = [
      ...everyone.map((id) => label(id, 3)),
      ...everyone.map((studentId): Edit => ({ kind: 'box', studentId, box })),
      ...sceneIds.map((sceneId): Edit => ({ kind: 'draw', sceneId, box, classIndex: 4 })),
    ]
    const step = await apply(changes)
    expect(step.kinds).toEqual({ label: 600, box: 600, draw: 12 })
    expect(step.sceneIds).toEqual(sceneIds)
    expect((await classes()).toSorted()).toEqual([...everyone.map(() => 3), ...sceneIds.map(() => 4)])
    expect(await edits.undo({}, inCall)).toEqual(step)
    expect(await classes()).toEqual(before)
    await workbench.close()
    const again = testWorkbench({ folder: workbench.projectFolder.replace(/[/\\][^/\\]+$/, '') })
    await again.handlers.project.open({ folder: workbench.projectFolder }, inCall)
    expect(await again.handlers.edits.redo({}, inCall)).toEqual(step)
    const { students: last } = await again.handlers.scenes.get({ sceneId: sceneIds[11]!, runIds: [] }, inCall)
    expect(last.map((one) => [one.label?.classIndex, one.box?.x2])).toEqual([
      ...Array.from({ length: 50 }, () => [3, 30]),
      [4, 30],
    ])
  })

  test('keeps nothing where its last edit is refused', async () => {
    const { edits, apply, everyone, classes, before } = await large()
    await expect(apply([...everyone.map((id) => label(id, 3)), label(999_999, 3)])).rejects.toMatchObject({
      code: 'edits.student-unknown',
    })
    expect(await classes()).toEqual(before)
    expect(await edits.state({}, inCall)).toEqual({ undo: null, redo: null })
  })

  test('comes before what is edited, taken back or asked for after it', async () => {
    const { edits, apply, everyone, classes, before } = await large()
    const all = apply(everyone.map((id) => label(id, 3)))
    const one = apply([label(everyone[0]!, 4)])
    const undone = edits.undo({}, inCall)
    expect([(await all).id, (await one).id, (await undone)?.id]).toEqual([1, 2, 2])
    expect(await classes()).toEqual(everyone.map(() => 3))
    const [first, second] = [edits.undo({}, inCall), edits.undo({}, inCall)]
    expect([(await first)?.id, await second]).toEqual([1, null])
    expect(await classes()).toEqual(before)
  })
})

describe('an edit that cannot be is refused by name, and nothing of its step is kept', () => {
  test.each<[string, (ids: { scene: number; student: number; deleted: number }) => Edit]>([
    ['edits.student-unknown', () => label(999, 0)],
    ['edits.student-unknown', ({ deleted }) => label(deleted, 0)],
    ['edits.student-unknown', ({ deleted }) => ({ kind: 'delete', studentId: deleted })],
    ['edits.student-unknown', () => ({ kind: 'box', studentId: 999, box })],
    ['edits.class-unknown', ({ student }) => label(student, 5)],
    ['edits.class-unknown', ({ scene }) => ({ kind: 'draw', sceneId: scene, box, classIndex: 17 })],
    ['edits.scene-unknown', () => ({ kind: 'draw', sceneId: 999, box, classIndex: null })],
    ['edits.scene-unknown', () => ({ kind: 'review', sceneId: 999, review: 'reviewed' })],
    ['edits.box-invalid', ({ student }) => ({ kind: 'box', studentId: student, box: { ...box, x2: 10 } })],
    ['edits.box-invalid', ({ student }) => ({ kind: 'box', studentId: student, box: { ...box, x2: Infinity } })],
    ['edits.box-invalid', ({ student }) => ({ kind: 'box', studentId: student, box: { ...box, y1: Number.NaN } })],
    [
      'edits.box-outside',
      ({ student }) => ({ kind: 'box', studentId: student, box: { x1: -9, y1: -9, x2: -1, y2: -1 } }),
    ],
  ])('%s', async (code, bad) => {
    const { edits, apply, students, sceneIds, studentIds } = await withScenes([3])
    const [scene = 0] = sceneIds
    const [student = 0, other = 0, deleted = 0] = studentIds[0]!
    await apply([{ kind: 'delete', studentId: deleted }])
    const before = await students(scene)
    const state = await edits.state({}, inCall)
    await expect(apply([label(other, 4), bad({ scene, student, deleted })])).rejects.toMatchObject({ code })
    expect(await students(scene)).toEqual(before)
    expect(await edits.state({}, inCall)).toEqual(state)
  })
})

test('undo, redo and their state survive a restart', async () => {
  const { workbench, apply, sceneIds, studentIds } = await withScenes([2])
  const [first = 0, second = 0] = studentIds[0]!
  const one = await apply([label(first, 4)])
  const two = await apply([label(second, 3)])
  await workbench.handlers.edits.undo({}, inCall)
  await workbench.close()

  const again = testWorkbench({ folder: workbench.projectFolder.replace(/[/\\][^/\\]+$/, '') })
  await again.handlers.project.open({ folder: workbench.projectFolder }, inCall)
  expect(await again.handlers.edits.state({}, inCall)).toEqual({ undo: one, redo: two })
  await again.handlers.edits.redo({}, inCall)
  await again.handlers.edits.undo({}, inCall)
  await again.handlers.edits.undo({}, inCall)
  expect(await again.handlers.edits.state({}, inCall)).toEqual({ undo: null, redo: one })
  const { students } = await again.handlers.scenes.get({ sceneId: sceneIds[0]!, runIds: [] }, inCall)
  expect(students.map((student) => student.label?.source)).toEqual(['imported', 'imported'])
})

test('others are told what changed and where', async () => {
  const { workbench, edits, apply, sceneIds, studentIds } = await withScenes([1, 1])
  const controller = new AbortController()
  const changes = workbench.handlers.project.changes({}, { signal: controller.signal })[Symbol.asyncIterator]()
  await apply([label(studentIds[1]![0]!, 2), { kind: 'delete', studentId: studentIds[1]![0]! }])
  await edits.undo({}, inCall)
  const first = await changes.next()
  const second = await changes.next()
  expect(first.value).toMatchObject({ topics: ['labels', 'students'], sceneIds: [sceneIds[1]] })
  expect(second.value).toMatchObject({ topics: ['labels', 'students'], sceneIds: [sceneIds[1]] })
  controller.abort()
  expect(await changes.next()).toEqual({ done: true, value: undefined })
})

/** A small generator of its own, so that a failing sequence comes again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** All that the interface shows of the project, but for when a label was given. */
async function everything(workbench: TestWorkbench, sceneIds: readonly number[]) {
  const { scenes } = workbench.handlers
  const details = await Promise.all(sceneIds.map(async (sceneId) => scenes.get({ sceneId, runIds: [] }, inCall)))
  return structuredClone(details)
}

async function countLabels(workbench: TestWorkbench): Promise<number> {
  let labels = 0
  writeTo(workbench.projectFolder, (store) => {
    labels = store.prepare<{ count: number }>('SELECT count(*) AS count FROM label').get()?.count ?? 0
  })
  return Promise.resolve(labels)
}

test.each([1, 2, 3, 4, 5, 6])(
  'any sequence of edits undone is the state before, redone the state after (seed %i)',
  async (seed) => {
    const { workbench, edits, apply, students, sceneIds } = await withScenes([4, 1])
    const random = randomOf(seed)
    const initial = await everything(workbench, sceneIds)
    let labels = await countLabels(workbench)
    let depth = 0

    const anEdit = async (taken: Set<number>): Promise<Edit | null> => {
      const sceneId = sceneIds[random(sceneIds.length)]!
      const present = (await students(sceneId)).filter((one) => !taken.has(one.id))
      const studentId = present[random(present.length)]?.id
      const place = { x1: random(600), y1: random(300), x2: 601 + random(600), y2: 301 + random(300) }
      const kind = random(6)
      if (kind === 0) return { kind: 'draw', sceneId, box: place, classIndex: random(2) ? random(5) : null }
      if (kind === 1) return { kind: 'review', sceneId, review: random(2) ? 'reviewed' : 'open' }
      if (studentId === undefined) return null
      if (kind === 2) return { kind: 'box', studentId, box: place }
      if (kind === 3 && random(2)) {
        taken.add(studentId)
        return { kind: 'delete', studentId }
      }
      const source = (['person', 'accepted', 'adjudicated'] as const)[random(3)]!
      return { kind: 'label', studentId, classIndex: random(5), source }
    }

    for (let turn = 0; turn < 40; turn++) {
      const what = random(10)
      if (what < 2) depth -= (await edits.undo({}, inCall)) ? 1 : 0
      else if (what < 3) depth += (await edits.redo({}, inCall)) ? 1 : 0
      else {
        const taken = new Set<number>()
        const list: Edit[] = []
        for (let index = random(3); index >= 0; index--) {
          const edit = await anEdit(taken)
          if (edit) list.push(edit)
        }
        if (list.length > 0) {
          await apply(list, ['ann', 'ben', 'eve'][random(3)])
          depth += 1
        }
      }
      const now = await countLabels(workbench)
      expect(now).toBeGreaterThanOrEqual(labels)
      labels = now
    }

    const final = await everything(workbench, sceneIds)
    let undone = 0
    while (await edits.undo({}, inCall)) undone += 1
    expect(undone).toBe(depth)
    expect(await everything(workbench, sceneIds)).toEqual(initial)
    for (; undone > 0; undone--) expect(await edits.redo({}, inCall)).not.toBeNull()
    expect(await everything(workbench, sceneIds)).toEqual(final)
    expect(await countLabels(workbench)).toBeGreaterThanOrEqual(labels)
  },
)
