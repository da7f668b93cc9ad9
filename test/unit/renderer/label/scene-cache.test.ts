import type { SceneDetail } from '#shared/contract/scenes.ts'
import { expect, test } from 'vitest'
import { createSceneCache } from '../../../../src-renderer/stores/scene-cache.ts'

const detail = (id: number, name: string): SceneDetail => ({
  scene: {
    id,
    name,
    relativePath: name,
    widthPx: 1,
    heightPx: 1,
    room: null,
    takenAt: null,
    split: null,
    review: 'open',
    hasPhoto: true,
  },
  students: [],
})

/** A cache over a workbench whose answers are given by hand, in the order of the questions. */
function openCache(shown: number | null = null) {
  const asked: { id: number; answer: (loaded: SceneDetail) => void }[] = []
  const loads: [id: number, begun: number][] = []
  const cache = createSceneCache({
    ask: (id) => new Promise((answer) => asked.push({ id, answer })),
    onLoaded: (id, begun) => loads.push([id, begun]),
    isShown: (id) => id === shown,
  })
  return { cache, asked, loads }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

test('two who want a scene share one load', async () => {
  const { cache, asked, loads } = openCache()
  const both = [cache.load(1), cache.load(1)]
  expect(asked).toHaveLength(1)
  asked[0]!.answer(detail(1, 'one'))
  const [one, other] = await Promise.all(both)
  expect(one).toBe(other)
  expect([cache.get(1), loads]).toEqual([one, [[1, 1]]])
})

test.each([[[1]], [null]])('a scene forgotten (%j) while it is loaded is asked for again', async (forgotten) => {
  const { cache, asked, loads } = openCache()
  const loading = cache.load(1)
  cache.forget(forgotten)
  asked[0]!.answer(detail(1, 'old'))
  await turn()
  expect([asked.length, cache.get(1), loads]).toEqual([2, undefined, []])
  asked[1]!.answer(detail(1, 'new'))
  expect((await loading).scene.name).toBe('new')
  expect([cache.get(1)?.scene.name, loads]).toEqual(['new', [[1, 2]]])
})

test('of more than twelve the oldest goes, never the shown one', async () => {
  const { cache, asked } = openCache(1)
  cache.preload(Array.from({ length: 14 }, (_, at) => at + 1))
  for (const { id, answer } of asked) answer(detail(id, `${id}`))
  await turn()
  const kept = asked.map(({ id }) => id).filter((id) => cache.get(id))
  expect(kept).toEqual([1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
})
