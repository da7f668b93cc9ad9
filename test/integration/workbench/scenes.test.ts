import { expect, test } from 'vitest'
import { insertDetection } from '#main/store/tables/detection.ts'
import { insertFeature, insertFeatureSet, listFeatureSets } from '#main/store/tables/feature.ts'
import { insertScene } from '#main/store/tables/scene.ts'
import { insertStudent } from '#main/store/tables/student.ts'
import { aScene, aStudent } from '../../support/new-rows.ts'
import { fakeCompute } from '../../support/fake-compute.ts'
import { importScenes, inCall, projectWorkbench, writeTo, type TestWorkbench } from '../../support/workbench.ts'
import { writeFileSync } from 'node:fs'
import { join, dirname } from 'node:path'

async function list(workbench: TestWorkbench, query: string, runId: number | null = null, offset = 0, limit = 100) {
  return workbench.handlers.scenes.list({ query, runId, offset, limit }, inCall)
}
const names = async (...parameters: Parameters<typeof list>) => (await list(...parameters)).rows.map((row) => row.name)

/** Runs a head that says class 4 of everybody, sure of scene 1 and unsure of the others. */
async function withRun() {
  const compute = fakeCompute({
    logitsOf: (position, input) => {
      const first = input.students.sceneOffsets[1] ?? 0
      return [0, 0, 0, 0, position < first ? 9 : 0.5]
    },
  })
  const workbench = await projectWorkbench({ compute })
  writeTo(workbench.projectFolder, (store) => {
    importScenes(store, { scenes: [2, 3, 1], labelOf: (row) => [4, 0, 4, 1, null, 2][row] ?? null })
    store.prepare(`UPDATE scene SET room = '3-201', split = 'test' WHERE id = 2`).run()
    store.prepare(`UPDATE scene SET review = 'reviewed', room = 'Block A' WHERE id = 3`).run()
  })
  const file = join(dirname(workbench.projectFolder), 'head.pth')
  writeFileSync(file, 'weights')
  const { models } = workbench.handlers
  const model = await models.add({ file, config: null, chosen: {}, name: null }, inCall)
  const run = await models.predict(
    { modelId: model.id, sceneIds: null, name: null, device: 'auto', batching: 'scene' },
    inCall,
  )
  return { workbench, runId: run.id }
}

test('rows carry the figures of the run asked for', async () => {
  const { workbench, runId } = await withRun()
  const figures = async (run: number | null) =>
    (await list(workbench, '', run)).rows.map((row) => [
      row.students,
      row.labelled,
      row.confirmed,
      row.scored,
      row.correct,
    ])
  expect(await figures(runId)).toEqual([
    [2, 2, 0, 2, 1],
    [3, 2, 0, 2, 1],
    [1, 1, 0, 1, 0],
  ])
  expect(await figures(null)).toEqual([
    [2, 2, 0, 0, 0],
    [3, 2, 0, 0, 0],
    [1, 1, 0, 0, 0],
  ])
})

test.each([
  ['', ['1.jpg', '2.jpg', '3.jpg']],
  ['2', ['2.jpg']],
  ['JPG', ['1.jpg', '2.jpg', '3.jpg']],
  ['%', []],
  ['_.jpg', []],
  ['room:3-201', ['2.jpg']],
  ['room:"block a"', ['3.jpg']],
  ['split:TEST', ['2.jpg']],
  ['unreviewed', ['1.jpg', '2.jpg']],
  ['reviewed', ['3.jpg']],
  ['nophoto', ['1.jpg', '2.jpg', '3.jpg']],
  ['photo', []],
  ['wrong', ['1.jpg', '2.jpg', '3.jpg']],
  ['correct', ['1.jpg', '2.jpg']],
  ['conf<0.5', ['2.jpg', '3.jpg']],
  ['conf>=50% wrong', ['1.jpg']],
  ['class:phone', ['1.jpg', '2.jpg']],
  ['class:phone correct conf<0.9', ['2.jpg']],
  ['class:listening', ['2.jpg']],
  ['class:L wrong', ['2.jpg']],
  ['class:2', ['3.jpg']],
  ['class:p unlabelled', ['2.jpg']],
  ['unlabelled unreviewed', ['2.jpg']],
  ['class:null', []],
  ['class:手机', ['1.jpg', '2.jpg']],
  ['class:听讲', ['2.jpg']],
  ['class:低头', ['1.jpg']],
  ['nostudents', []],
])('%j finds %j', async (query, expected) => {
  const { workbench, runId } = await withRun()
  expect(await names(workbench, query, runId)).toEqual(expected)
})

test('conditions on students hold for one student together', async () => {
  const { workbench, runId } = await withRun()
  expect(await names(workbench, 'class:phone', runId)).toContain('1.jpg')
  expect(await names(workbench, 'wrong', runId)).toContain('1.jpg')
  expect(await names(workbench, 'class:phone wrong', runId)).toEqual([])
})

test('pages count all that is found, also when students decide', async () => {
  const workbench = await projectWorkbench()
  writeTo(workbench.projectFolder, (store) => {
    for (let index = 1; index <= 250; index++) {
      const sceneId = insertScene(store, aScene(`lesson/${index}.jpg`))
      if (index % 2 === 0) insertStudent(store, aStudent(sceneId, '1'))
    }
  })
  expect(await list(workbench, '', null, 1000)).toEqual({ total: 250, rows: [] })
  expect(await names(workbench, '', null, 9, 2)).toEqual(['10.jpg', '11.jpg'])
  const found = await list(workbench, 'unlabelled', null, 120, 100)
  expect(found.total).toBe(125)
  expect(found.rows.map((row) => row.name)).toEqual(['242.jpg', '244.jpg', '246.jpg', '248.jpg', '250.jpg'])
})

test('scenes where nobody is marked are found, also where all students were deleted', async () => {
  const workbench = await projectWorkbench()
  writeTo(workbench.projectFolder, (store) => {
    const ids = [1, 2, 3, 4].map((index) => insertScene(store, { ...aScene(`${index}.jpg`), room: `r${index % 2}` }))
    insertStudent(store, aStudent(ids[0]!, '1'))
    insertStudent(store, aStudent(ids[1]!, '1'))
  })
  expect(await names(workbench, 'nostudents', null)).toEqual(['3.jpg', '4.jpg'])
  expect(await names(workbench, '无学生 room:r1', null)).toEqual(['3.jpg'])
  expect(await names(workbench, 'nostudents unlabelled', null)).toEqual([])
  expect((await list(workbench, 'nostudents', null, 1, 1)).total).toBe(2)
  const { scenes, edits } = workbench.handlers
  const { students } = await scenes.get({ sceneId: 2, runIds: [] }, inCall)
  await edits.apply({ edits: [{ kind: 'delete', studentId: students[0]!.id }], annotator: 'me' }, inCall)
  expect(await names(workbench, 'nostudents', null)).toEqual(['2.jpg', '3.jpg', '4.jpg'])
})

test.each([
  ['conf<0.5', 'scenes.query-needs-run'],
  ['wrong', 'scenes.query-needs-run'],
  ['class:sleeping', 'scenes.class-unknown'],
  ['class:睡觉', 'scenes.class-unknown'],
  ['nostudents wrong', 'scenes.query-needs-run'],
  ['colour:red', 'scenes.query-invalid'],
])('%j without a run is %s', async (query, code) => {
  await expect(list(await projectWorkbench(), query)).rejects.toMatchObject({ code })
})

test('a scene comes with its students in seat order; students without a box are there too', async () => {
  const workbench = await projectWorkbench()
  writeTo(workbench.projectFolder, (store) => {
    const sceneId = insertScene(store, aScene('1.jpg', { widthPx: 0, heightPx: 0 }))
    const place = (x: number, y: number) => ({ x1: x, y1: y, x2: x + 30, y2: y + 40 })
    insertStudent(store, aStudent(sceneId, 'back right', { box: place(300, 10) }))
    insertStudent(store, aStudent(sceneId, 'front', { box: place(50, 400) }))
    insertStudent(store, aStudent(sceneId, 'back left', { box: place(40, 12) }))
    insertStudent(store, aStudent(sceneId, 'nowhere', { box: null }))
    insertStudent(store, aStudent(sceneId, 'endless', { box: { x1: 0, y1: 0, x2: Infinity, y2: 1 } }))
  })
  const { scene, students } = workbench.handlers.scenes.get({ sceneId: 1, runIds: [] }, inCall) as Awaited<
    ReturnType<typeof workbench.handlers.scenes.get>
  >
  expect(scene).toMatchObject({ name: '1.jpg', hasPhoto: false })
  const order = students.map((student) => student.bboxId)
  expect(order.indexOf('back left')).toBeLessThan(order.indexOf('back right'))
  expect(order.indexOf('back right')).toBeLessThan(order.indexOf('front'))
  expect(students.find((one) => one.bboxId === 'nowhere')).toMatchObject({ boxIssue: 'empty', label: null })
  expect(students).toHaveLength(5)
})

test('students carry the score of their detector and what there are vectors of, newer sets of a name counted once', async () => {
  const workbench = await projectWorkbench()
  writeTo(workbench.projectFolder, (store) => {
    const { studentIds } = importScenes(store, { scenes: [3] })
    const [first = 0, second = 0, third = 0] = studentIds[0] ?? []
    insertDetection(store, {
      studentId: second,
      detectorSha256: 'aa',
      score: 0.51,
      box: { x1: 0, y1: 0, x2: 1, y2: 1 },
    })
    const [set] = listFeatureSets(store)
    const again = insertFeatureSet(store, { ...set!, file: 'features/again.bin' })
    const other = insertFeatureSet(store, { ...set!, modality: 'b', file: 'features/b.bin' })
    insertFeature(store, first, again, 0)
    insertFeature(store, first, other, 0)
    store.prepare('DELETE FROM feature WHERE student_id = ?').run(third)
  })
  const { students } = await workbench.handlers.scenes.get({ sceneId: 1, runIds: [] }, inCall)
  const carried = students
    .map(({ bboxId, detectionScore, modalities }) => [bboxId, detectionScore, [...modalities].sort()])
    .sort()
  expect(carried).toEqual([
    ['1', null, ['a', 'b']],
    ['2', 0.51, ['a']],
    ['3', null, []],
  ])
})

test('an unknown scene, run or student is told by name', async () => {
  const { workbench, runId } = await withRun()
  const { scenes } = workbench.handlers
  expect(() => scenes.get({ sceneId: 99, runIds: [] }, inCall)).toThrow(
    expect.objectContaining({ code: 'scenes.unknown' }),
  )
  expect(await scenes.history({ studentId: 99 }, inCall)).toEqual([])
  await expect(scenes.neighbours({ studentId: 1, runId: 99 }, inCall)).rejects.toMatchObject({ code: 'runs.unknown' })
  await expect(scenes.neighbours({ studentId: 99, runId }, inCall)).rejects.toMatchObject({
    code: 'scenes.student-unknown',
  })
  expect(await scenes.neighbours({ studentId: 1, runId }, inCall)).toEqual([])
})
