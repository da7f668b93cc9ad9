import { expect, test } from 'vitest'
import type { SceneLook } from '#main/store/tables/photo-look.ts'
import { groupLooks, mostDistance } from '#main/workbench/exchange/duplicates-groups.ts'

const look = (sceneId: number, bits: Uint8Array | null, contentHash = `hash ${sceneId}`): SceneLook => ({
  sceneId,
  name: `${sceneId}.jpg`,
  relativePath: `${sceneId}.jpg`,
  contentHash,
  cameraTime: null,
  widthPx: 4,
  heightPx: 3,
  bits,
})
/** 256 bits of which the first `ones`, from bit `from` on, are set. */
function bits(ones: number, from = 0): Uint8Array {
  const made = new Uint8Array(32)
  for (let bit = from; bit < from + ones; bit += 1) made[bit >> 3]! |= 1 << (bit & 7)
  return made
}
const group = async (scenes: readonly SceneLook[], differ = (): boolean => false) =>
  (await groupLooks(scenes, differ, () => undefined)).map((members) =>
    members.map(({ scene, distance }) => [scene.sceneId, distance]),
  )

test.each([0, 1, mostDistance])('photos that differ in %i bits are alike', async (ones) => {
  expect(await group([look(1, bits(0)), look(2, bits(ones))])).toEqual([
    [
      [1, 0],
      [2, ones],
    ],
  ])
})

test('photos that differ in more, and photos that nobody could look at, stand alone', async () => {
  expect(await group([look(1, bits(0)), look(2, bits(mostDistance + 1)), look(3, null), look(4, null)])).toEqual([])
  expect(await group([])).toEqual([])
})

test('one content is one group without any look', async () => {
  const scenes = [look(1, null, 'same'), look(2, null), look(3, null, 'same')]
  expect(await group(scenes)).toEqual([
    [
      [1, 0],
      [3, 0],
    ],
  ])
})

test('a copy of an altered copy stands with it, at its distance', async () => {
  const scenes = [look(1, bits(0)), look(2, bits(9), 'altered'), look(3, bits(9), 'altered')]
  expect(await group(scenes)).toEqual([
    [
      [1, 0],
      [2, 9],
      [3, 9],
    ],
  ])
})

test('alike photos do not chain: each stands with the first photo that it is nearest to', async () => {
  const scenes = [0, 30, 60, 90].map((ones, index) => look(index + 1, bits(ones)))
  expect(await group(scenes)).toEqual([
    [
      [1, 0],
      [2, 30],
    ],
    [
      [3, 0],
      [4, 30],
    ],
  ])
})

test('bits are counted in every place of the 256', async () => {
  expect(await group([look(1, bits(0)), look(2, bits(3, 253))])).toEqual([
    [
      [1, 0],
      [2, 3],
    ],
  ])
})

test('scenes that are told apart by something else are no copies', async () => {
  expect(await group([look(1, bits(0)), look(2, bits(1))], () => true)).toEqual([])
})

test('a thousand and more first photos are kept apart', async () => {
  const scattered = Array.from({ length: 1500 }, (_, index) => {
    const made = new Uint8Array(32)
    let state = index + 1
    for (let at = 0; at < 32; at += 1) made[at] = (state = (state * 1103515245 + 12345) >>> 0) >>> 16
    return look(index + 1, made)
  })
  const last = scattered.at(-1)!
  expect(await group([...scattered, { ...last, sceneId: 9999, contentHash: 'again' }])).toEqual([
    [
      [1500, 0],
      [9999, 0],
    ],
  ])
})
