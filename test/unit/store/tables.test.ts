import { expect, test } from 'vitest'
import { annotatorId } from '#main/store/tables/annotator.ts'
import { listClasses, updateClass } from '#main/store/tables/class.ts'
import { countModalities, featuresOfScene, insertFeature, insertFeatureSet } from '#main/store/tables/feature.ts'
import { finishImport, listImports, startImport } from '#main/store/tables/import.ts'
import { tallyLabels } from '#main/store/tables/label-tally.ts'
import { appendLabel, importedClass, labelHistory, latestOpinion } from '#main/store/tables/label.ts'
import { insertPrediction, predictionsOfScene } from '#main/store/tables/prediction.ts'
import { countProject } from '#main/store/tables/project-counts.ts'
import { getRun, listRuns, startRun, finishRun } from '#main/store/tables/run.ts'
import { getScene, insertScene, listScenePhotos, sceneLabels, updateScene } from '#main/store/tables/scene.ts'
import {
  getStudent,
  insertStudent,
  setStudentBox,
  setStudentDeleted,
  studentsOfScene,
} from '#main/store/tables/student.ts'
import type { Store } from '#main/store/store.ts'
import { insertModel } from '#main/store/tables/model.ts'
import { aScene, aStudent, memoryStore, sceneWithStudents } from '../../support/store.ts'

const at = '2026-03-04T05:06:07.000Z'

test('a scene keeps its columns; changing some leaves the others', () => {
  const store = memoryStore()
  const id = insertScene(store, aScene('room 3/166.jpg', { room: '3-201', split: 'test' }))
  updateScene(store, id, { hasPhoto: true, relativePath: 'room 4/166.jpg' })
  expect(getScene(store, id)).toEqual({
    id,
    name: '166.jpg',
    relativePath: 'room 4/166.jpg',
    widthPx: 1280,
    heightPx: 720,
    hasPhoto: true,
    room: '3-201',
    takenAt: null,
    split: 'test',
    review: 'open',
  })
  expect(getScene(store, id + 1)).toBeUndefined()
})

test('photos of one name in two folders are told apart by path', () => {
  const store = memoryStore()
  const first = insertScene(store, aScene('a/1.jpg'))
  const second = insertScene(store, aScene('b/1.jpg'))
  const third = insertScene(store, aScene('b/2.jpg'))
  expect([...sceneLabels(store)]).toEqual([
    [first, 'a/1.jpg'],
    [second, 'b/1.jpg'],
    [third, '2.jpg'],
  ])
  expect(listScenePhotos(store)).toHaveLength(3)
})

test.each([
  ['upright', { x1: 0.1, y1: 1 / 3, x2: 1e-9, y2: 719.999999999 }],
  ['inverted, as row 30', { x1: 400, y1: 136.00000762939453, x2: 440, y2: 84.80000305175781 }],
])('a box comes back bit for bit (%s)', (_name, box) => {
  const store = memoryStore()
  const sceneId = insertScene(store, aScene('1.jpg'))
  const normalised = { cx: 0.3281249940395355, cy: 0.15333333611488342, w: 0.03125, h: 1.3888888690234412e-9 }
  const id = insertStudent(store, aStudent(sceneId, '7', { box, normalised }))
  expect(getStudent(store, id)).toMatchObject({ box, normalised, boxEdited: false, deleted: false, labelId: null })
  setStudentBox(store, id, { x1: 1, y1: 2, x2: 3, y2: 4 }, true)
  expect(getStudent(store, id)).toMatchObject({ box: { x1: 1, y1: 2, x2: 3, y2: 4 }, normalised, boxEdited: true })
})

test('a box that is absent or not a number is no box', () => {
  const store = memoryStore()
  const sceneId = insertScene(store, aScene('1.jpg'))
  const without = insertStudent(store, aStudent(sceneId, '1', { box: null }))
  const broken = insertStudent(store, aStudent(sceneId, '2', { box: { x1: 0, y1: Number.NaN, x2: 5, y2: 5 } }))
  expect(getStudent(store, without)?.box).toBeNull()
  expect(getStudent(store, broken)?.box).toBeNull()
})

test('students of a scene come by import and row, drawn ones last, deleted ones marked', () => {
  const store = memoryStore()
  const importId = startImport(store, { kind: 'features', file: 'x.pkl', createdAt: at })
  const sceneId = insertScene(store, aScene('1.jpg'))
  const drawn = insertStudent(store, aStudent(sceneId, '9', { source: 'drawn' }))
  const second = insertStudent(store, aStudent(sceneId, '2', { importId, position: 11 }))
  const first = insertStudent(store, aStudent(sceneId, '2', { importId, position: 4 }))
  setStudentDeleted(store, second, at)
  expect(studentsOfScene(store, sceneId).map(({ id, deleted }) => [id, deleted])).toEqual([
    [first, false],
    [second, true],
    [drawn, false],
  ])
})

function label(
  store: Store,
  studentId: number,
  classIndex: number,
  who: string,
  source: 'person' | 'imported' | 'adjudicated',
) {
  const annotator = annotatorId(store, who)
  return appendLabel(store, { studentId, classIndex, annotatorId: annotator, source, at, rank: null, importId: null })
}

test('the label in force follows the history: adjudicated, else the newest by hand, else the imported one', () => {
  const store = memoryStore()
  const { studentIds } = sceneWithStudents(store, '1.jpg', 1)
  const [id = 0] = studentIds
  const imported = label(store, id, 0, 'file', 'imported')
  expect(getStudent(store, id)?.labelId).toBe(imported)
  const person = label(store, id, 1, 'ann', 'person')
  expect(getStudent(store, id)?.labelId).toBe(person)
  label(store, id, 4, 'file', 'imported')
  expect(getStudent(store, id)?.labelId).toBe(person)
  const judge = label(store, id, 2, 'judge', 'adjudicated')
  label(store, id, 3, 'ben', 'person')
  expect(getStudent(store, id)?.labelId).toBe(judge)
  expect(importedClass(store, id)).toBe(4)
  expect(labelHistory(store, id).map(({ annotator, classIndex }) => [annotator, classIndex])).toEqual([
    ['file', 0],
    ['ann', 1],
    ['file', 4],
    ['judge', 2],
    ['ben', 3],
  ])
  expect(latestOpinion(store, id, annotatorId(store, 'ann'))).toEqual({ classIndex: 1, source: 'person', rank: person })
  expect(latestOpinion(store, id, annotatorId(store, 'file'))).toBeUndefined()
})

test('a withdrawn opinion leaves the one before in force, and none where there was none', () => {
  const store = memoryStore()
  const { studentIds } = sceneWithStudents(store, '1.jpg', 2)
  const [first = 0, second = 0] = studentIds
  const imported = label(store, first, 0, 'file', 'imported')
  const annotator = annotatorId(store, 'ann')
  for (const id of [first, second]) {
    label(store, id, 1, 'ann', 'person')
    const withdrawal = { studentId: id, classIndex: null, annotatorId: annotator, source: 'withdrawn' as const }
    appendLabel(store, { ...withdrawal, at, rank: null, importId: null })
  }
  expect(getStudent(store, first)?.labelId).toBe(imported)
  expect(getStudent(store, second)?.labelId).toBeNull()
})

test('labels cannot be changed, only added to, and must be of a class that is there', () => {
  const store = memoryStore()
  const { studentIds } = sceneWithStudents(store, '1.jpg', 1)
  label(store, studentIds[0]!, 0, 'ann', 'person')
  expect(() => store.prepare('UPDATE label SET class_index = 1').run()).toThrow('append-only')
  expect(() => label(store, studentIds[0]!, 5, 'ann', 'person')).toThrow('FOREIGN KEY')
})

test('renaming a class keeps its index, and an unknown index is told', () => {
  const store = memoryStore()
  expect(updateClass(store, { index: 4, name: 'Phone', colour: '#000000', letter: 'H' })).toBe(true)
  expect(updateClass(store, { index: 5, name: 'Sleeping', colour: '#000000', letter: 'S' })).toBe(false)
  expect(listClasses(store)[4]).toEqual({ index: 4, name: 'Phone', colour: '#000000', letter: 'H', isNull: false })
})

function featureSet(store: Store, importId: number, modality: string) {
  const form = { container: 'rows', dtype: '<f4' }
  const file = `features/import-${importId}/${modality}.bin`
  return insertFeatureSet(store, {
    modality,
    width: 4,
    dtype: 'f4',
    byteOrder: 'little',
    form,
    file,
    sha256: 'ab',
    importId,
    producer: null,
  })
}

const finished = { sha256: 'cd', split: null, keys: ['labels', 'a'], formFile: 'f', contextFormFile: null, rows: 2 }

test('modalities count once an import is finished; a student in two sets counts once', () => {
  const store = memoryStore()
  const { sceneId, studentIds } = sceneWithStudents(store, '1.jpg', 2)
  for (const createdAt of [at, at]) {
    const importId = startImport(store, { kind: 'features', file: 'x.pkl', createdAt })
    const setId = featureSet(store, importId, 'a')
    studentIds.forEach((id, row) => insertFeature(store, id, setId, row))
    finishImport(store, importId, { ...finished, contextOrigin: 'inside' })
  }
  const running = startImport(store, { kind: 'features', file: 'y.pkl', createdAt: at })
  insertFeature(store, studentIds[0]!, featureSet(store, running, 'b'), 0)
  expect(countModalities(store)).toEqual([{ name: 'a', width: 4, students: 2, producer: null }])
  expect(listImports(store)).toHaveLength(2)
  expect(listImports(store)[0]).toMatchObject({ ...finished, contextOrigin: 'inside', kind: 'features' })
  const [first] = featuresOfScene(store, sceneId)
  expect(first).toEqual({ studentId: studentIds[0], setId: 3, row: 0 })
})

test('a run is unknown until it is finished; its predictions are float32 bit for bit', () => {
  const store = memoryStore()
  const { sceneId, studentIds } = sceneWithStudents(store, '1.jpg', 1)
  const modelId = insertModel(store, {
    name: 'm',
    sourceFile: '/m.pth',
    file: 'models/m.pth',
    sha256: 'ef',
    configFile: null,
    configSha256: null,
    reading: {},
    family: 'multimodal_classifier',
    description: {},
    createdAt: at,
  })
  const runId = startRun(store, {
    modelId,
    name: 'm',
    appVersion: '1',
    batching: 'scene',
    partial: true,
    createdAt: at,
  })
  const logits = Float32Array.of(0.1, -3.4028234663852886e38, 1e-45, 0, 7)
  const prediction = { runId, studentId: studentIds[0]!, classIndex: 4, confidence: 0.99, logits }
  insertPrediction(store, { ...prediction, gate: Float32Array.of(0.25, 0.75) })
  expect(listRuns(store)).toEqual([])
  expect(getRun(store, runId)).toBeUndefined()
  const facts = { provider: 'cpu', providerReason: 'asked for', students: 1, msPerStudent: 0.5 }
  finishRun(store, runId, { ...facts, omitted: [], gateModalities: ['a', 'b'], featureHashes: {} })
  expect(getRun(store, runId)).toMatchObject({ ...facts, gateModalities: ['a', 'b'], name: 'm', partial: true })
  const [found] = predictionsOfScene(store, runId, sceneId)
  expect(found?.logits).toEqual(logits)
  expect(found?.gate).toEqual(Float32Array.of(0.25, 0.75))
})

test('the project counts students that are there, labelled ones and reviewed scenes', () => {
  const store = memoryStore()
  expect(countProject(store)).toEqual({ scenes: 0, students: 0, labelled: 0, reviewedScenes: 0 })
  const { studentIds } = sceneWithStudents(store, '1.jpg', 3)
  label(store, studentIds[0]!, 0, 'ann', 'person')
  label(store, studentIds[1]!, 0, 'ann', 'person')
  setStudentDeleted(store, studentIds[1]!, at)
  expect(countProject(store)).toEqual({ scenes: 1, students: 2, labelled: 1, reviewedScenes: 0 })
})

test('labels in force are tallied by class, over all scenes or some, without deleted students', () => {
  const store = memoryStore()
  const first = sceneWithStudents(store, '1.jpg', 1)
  const second = sceneWithStudents(store, '2.jpg', 3)
  const [one = 0, , deleted = 0] = second.studentIds
  label(store, first.studentIds[0]!, 2, 'ann', 'person')
  label(store, one, 2, 'ann', 'person')
  label(store, deleted, 4, 'ann', 'person')
  setStudentDeleted(store, deleted, at)
  expect(tallyLabels(store, null)).toEqual({ students: 3, labelled: 2, counts: new Map([[2, 2]]) })
  expect(tallyLabels(store, [second.sceneId])).toEqual({ students: 2, labelled: 1, counts: new Map([[2, 1]]) })
  expect(tallyLabels(store, [])).toEqual({ students: 0, labelled: 0, counts: new Map() })
})
