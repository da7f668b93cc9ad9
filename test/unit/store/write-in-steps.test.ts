import { expect, test } from 'vitest'
import { removeUnfinishedImport, unfinishedImports } from '#main/store/remove-import.ts'
import { sortKey } from '#main/store/sort-key.ts'
import { annotatorId } from '#main/store/tables/annotator.ts'
import { insertFeature, insertFeatureSet } from '#main/store/tables/feature.ts'
import { startImport } from '#main/store/tables/import.ts'
import { appendLabel } from '#main/store/tables/label.ts'
import { countProject } from '#main/store/tables/project-counts.ts'
import { allSceneIds, insertScene } from '#main/store/tables/scene.ts'
import { getStudent, insertStudent } from '#main/store/tables/student.ts'
import { repeatInSteps, writeInSteps } from '#main/store/write-in-steps.ts'
import type { Store } from '#main/store/store.ts'
import { aScene, aStudent, memoryStore, sceneWithStudents } from '../../support/store.ts'

const at = '2026-03-04T05:06:07.000Z'

test('all items are written in order, and other work runs in between', async () => {
  const store = memoryStore()
  const sceneId = insertScene(store, aScene('1.jpg'))
  const items = Array.from({ length: 30_000 }, (_, index) => String(index))
  const written: number[] = []
  let ticks = 0
  const tick = setInterval(() => (ticks += 1), 1)
  await writeInSteps(store, items, (bboxId) => void insertStudent(store, aStudent(sceneId, bboxId)), {
    onProgress: (count) => written.push(count),
  })
  clearInterval(tick)
  expect(written.at(-1)).toBe(items.length)
  expect(written.length).toBeGreaterThan(1)
  expect(ticks).toBeGreaterThan(0)
  const ids = store.prepare<{ bboxId: string }>('SELECT bbox_id AS bboxId FROM student ORDER BY id').all()
  expect(ids.map((row) => row.bboxId)).toEqual(items)
})

test('no items need no transaction', async () => {
  let told = 0
  await writeInSteps(memoryStore(), [], () => undefined, { onProgress: () => (told += 1) })
  expect(told).toBe(0)
})

test('an aborted signal stops before the next step', async () => {
  const store = memoryStore()
  const controller = new AbortController()
  controller.abort()
  const write = () => void insertScene(store, aScene('1.jpg'))
  const writing = writeInSteps(store, [1], write, { signal: controller.signal })
  await expect(writing).rejects.toMatchObject({ code: 'job.cancelled' })
  expect(allSceneIds(store)).toEqual([])
})

test('an item that fails takes its step along and no other', async () => {
  const store = memoryStore()
  const paths = ['1.jpg', '2.jpg', '1.jpg']
  const writing = writeInSteps(store, paths, (path) => void insertScene(store, aScene(path)))
  await expect(writing).rejects.toThrow('UNIQUE')
  expect(allSceneIds(store)).toEqual([])
})

test('a repeated statement ends when it changes nothing', async () => {
  const store = memoryStore()
  sceneWithStudents(store, '1.jpg', 7)
  let turns = 0
  await repeatInSteps(store, () => {
    turns += 1
    return store.prepare('DELETE FROM student WHERE id IN (SELECT id FROM student LIMIT 3)').run().changes
  })
  expect(turns).toBe(4)
  expect(countProject(store).students).toBe(0)
})

function importedLabel(store: Store, studentId: number, classIndex: number, importId: number) {
  const annotator = annotatorId(store, 'file')
  return appendLabel(store, {
    studentId,
    classIndex,
    annotatorId: annotator,
    source: 'imported',
    at,
    rank: null,
    importId,
  })
}

test('an unfinished import goes without a trace; what was there before keeps what it had', async () => {
  const store = memoryStore()
  const { sceneId, studentIds } = sceneWithStudents(store, '1.jpg', 2)
  const [known = 0] = studentIds
  const before = startImport(store, { kind: 'features', file: 'old.pkl', createdAt: at })
  const oldLabel = importedLabel(store, known, 1, before)
  store.prepare(`UPDATE import SET state = 'done' WHERE id = ?`).run(before)

  const importId = startImport(store, { kind: 'features', file: 'new.pkl', createdAt: at })
  const newScene = insertScene(store, aScene('2.jpg', { importId }))
  const newStudents = [sceneId, newScene].map((scene) => insertStudent(store, aStudent(scene, '9', { importId })))
  importedLabel(store, known, 2, importId)
  for (const id of newStudents) importedLabel(store, id, 3, importId)
  const form = { container: 'array', dtype: '<f4' }
  const set = { modality: 'a', width: 2, dtype: 'f4', byteOrder: 'little', form, file: 'a.bin', sha256: '' } as const
  const setId = insertFeatureSet(store, { ...set, importId, producer: null })
  for (const id of [known, ...newStudents]) insertFeature(store, id, setId, 0)

  expect(unfinishedImports(store)).toEqual([importId])
  await removeUnfinishedImport(store, importId)
  await removeUnfinishedImport(store, before)
  expect(unfinishedImports(store)).toEqual([])
  expect(countProject(store)).toMatchObject({ scenes: 1, students: 2, labelled: 1 })
  expect(getStudent(store, known)?.labelId).toBe(oldLabel)
  for (const table of ['feature', 'feature_set']) expect(store.prepare(`SELECT * FROM ${table}`).all()).toEqual([])
})

test.each([
  [
    ['10.jpg', '2.jpg', '1.jpg'],
    ['1.jpg', '2.jpg', '10.jpg'],
  ],
  [
    ['B/1.jpg', 'a/1.jpg'],
    ['a/1.jpg', 'B/1.jpg'],
  ],
  [
    ['s007.jpg', 's7a.jpg', 's08.jpg'],
    ['s007.jpg', 's7a.jpg', 's08.jpg'],
  ],
])('scenes stand in the order people expect: %j', (given, expected) => {
  const store = memoryStore()
  const paths = new Map(given.map((path) => [insertScene(store, aScene(path)), path]))
  expect(allSceneIds(store).map((id) => paths.get(id))).toEqual(expected)
  expect(sortKey('')).toBe('')
})
