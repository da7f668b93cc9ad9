import { expect, test } from 'vitest'
import { batchScenes } from '#main/onnx/batch-scenes.ts'

test.each<[what: string, sizes: number[], maximum: number, batches: number[][]]>([
  ['no scenes', [], 10, []],
  ['one scene', [4], 10, [[0]]],
  ['scenes that just fit', [4, 6, 10], 10, [[0, 1], [2]]],
  ['a scene larger than the limit stays whole and alone', [3, 25, 3], 10, [[0], [1], [2]]],
  ['the large one first', [25, 1], 10, [[0], [1]]],
  [
    'scenes without students join the open batch',
    [0, 10, 0, 1, 0],
    10,
    [
      [0, 1, 2],
      [3, 4],
    ],
  ],
  ['a limit of one', [1, 1, 2], 1, [[0], [1], [2]]],
])('%s', (_what, sizes, maximum, batches) => {
  expect(batchScenes(sizes, maximum)).toEqual(batches)
})

test('30,000 students in scenes of 1 to 60 keep their order and stay within the limit', () => {
  const sizes = Array.from({ length: 1000 }, (_, index) => 1 + ((index * 37) % 60))
  const batches = batchScenes(sizes, 512)
  expect(batches.flat()).toEqual([...sizes.keys()])
  const students = batches.map((scenes) => scenes.reduce((sum, scene) => sum + sizes[scene]!, 0))
  expect(Math.max(...students)).toBeLessThanOrEqual(512)
  // No batch could have taken the next one's first scene too.
  for (const [index, count] of students.slice(0, -1).entries()) {
    expect(count + sizes[batches[index + 1]![0]!]!).toBeGreaterThan(512)
  }
})
