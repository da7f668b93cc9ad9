import { expect, test } from 'vitest'
import type { FeatureSet } from '#main/store/tables/feature.ts'
import { createOmissions } from '#main/workbench/inference/omissions.ts'
import { inFileOrder, studentBatch, type GatheredStudent } from '#main/workbench/inference/student-batch.ts'

const needed = [
  { name: 'a', width: 2, role: 'feature' as const },
  { name: 'b', width: 3, role: 'feature' as const },
]
const setOf = (modality: string, importId: number): FeatureSet => ({
  id: importId * 10 + (modality === 'a' ? 1 : 2),
  modality,
  width: modality === 'a' ? 2 : 3,
  dtype: importId === 1 ? 'f4' : 'f8',
  byteOrder: 'little',
  form: null,
  file: `import-${importId}/${modality}.bin`,
  sha256: `${modality}${importId}`,
  importId,
  producer: null,
})
const sets = new Map([1, 2].map((importId) => [importId, [setOf('a', importId), setOf('b', importId)]]))

const student = (
  id: number,
  sceneId: number,
  rows: readonly [number, number],
  imports: readonly [number, number] = [1, 1],
): GatheredStudent => ({
  id,
  sceneId,
  sets: [sets.get(imports[0])![0]!, sets.get(imports[1])![1]!],
  rows,
  box: { cx: id / 10, cy: 0.5, w: 0.1, h: 0.2 },
})
const batch = (students: readonly GatheredStudent[], needsBox = false) =>
  studentBatch(students, needed, needsBox, (file) => `/project/${file}`)

test('students of one file: one entry per scene, no file index, boxes only where they are read', () => {
  const { studentIds, input, featureHashes } = batch([
    student(4, 1, [0, 0]),
    student(5, 1, [1, 1]),
    student(7, 3, [2, 2]),
  ])
  expect(studentIds).toEqual([4, 5, 7])
  expect([input.sceneOffsets, input.sceneIds]).toEqual([Uint32Array.of(0, 2, 3), Uint32Array.of(1, 3)])
  expect(input.vectors[0]).toEqual({
    name: 'a',
    width: 2,
    files: [{ file: '/project/import-1/a.bin', dtype: 'f4' }],
    fileOf: null,
    rows: Uint32Array.of(0, 1, 2),
  })
  expect(input.boxesNormalised).toBeNull()
  expect(featureHashes).toEqual({ a: ['a1'], b: ['b1'] })
})

test('each modality of each student may lie in a file of its own', () => {
  const { input } = batch([student(1, 1, [5, 9], [1, 2]), student(2, 1, [6, 3], [1, 1])], true)
  const [a, b] = input.vectors
  expect([a?.files.length, a?.fileOf, b?.files.length, b?.fileOf]).toEqual([1, null, 2, Uint16Array.of(0, 1)])
  expect(b?.files.map(({ dtype }) => dtype)).toEqual(['f8', 'f4'])
  expect([a?.rows, b?.rows]).toEqual([Uint32Array.of(5, 6), Uint32Array.of(9, 3)])
  expect(input.boxesNormalised).toEqual(Float64Array.of(0.1, 0.5, 0.1, 0.2, 0.2, 0.5, 0.1, 0.2))
})

test('nobody', () => {
  const { studentIds, input, featureHashes } = batch([])
  expect([studentIds, input.sceneOffsets]).toEqual([[], Uint32Array.of(0)])
  expect(input.vectors.map(({ files, rows }) => [files, rows.length])).toEqual([
    [[], 0],
    [[], 0],
  ])
  expect(featureHashes).toEqual({ a: [], b: [] })
})

test('file order goes by import, then by row; a scene in two runs keeps one id', () => {
  const omissions = createOmissions()
  const ordered = inFileOrder(
    [student(1, 1, [4, 4]), student(2, 1, [0, 0]), student(3, 2, [1, 1]), student(4, 2, [0, 0], [2, 2])],
    omissions,
  )
  expect(ordered.map(({ id }) => id)).toEqual([2, 3, 1, 4])
  expect(omissions.list()).toEqual([])
  const { input } = batch(ordered)
  expect([input.sceneOffsets, input.sceneIds]).toEqual([Uint32Array.of(0, 1, 2, 3, 4), Uint32Array.of(1, 2, 1, 2)])
})

test('who has no one row in one file has no place in its order and is left out by name', () => {
  const omissions = createOmissions([{ code: 'features-missing', reason: 'without b features', count: 1 }])
  const ordered = inFileOrder([student(1, 1, [4, 5]), student(2, 1, [0, 0], [1, 2]), student(3, 1, [7, 7])], omissions)
  expect(ordered.map(({ id }) => id)).toEqual([3])
  expect(omissions.list()).toEqual([
    { code: 'features-missing', reason: 'without b features', count: 1 },
    { code: 'no-file-order', reason: "features of several files, so without a place in a file's order", count: 2 },
  ])
})
