// @vitest-environment happy-dom
import { describe, expect, test, vi } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import type { SceneRow } from '#shared/contract/scenes.ts'
import { useSceneList } from '../../../../src-renderer/stores/scene-list.ts'
import { row } from '../../../support/classroom.ts'
import { settled, startRenderer } from '../../../support/renderer.ts'

interface Asked {
  readonly query: string
  readonly offset: number
  readonly limit: number
}

/** A list of `count` scenes; every one named in `reviewed` is. The word `unreviewed` leaves those out. */
async function listOf(count: number, reviewed: readonly number[] = []) {
  const rows = Array.from({ length: count }, (_, at) => row(at + 1))
  const state = { reviewed: new Set(reviewed) }
  const asked: Asked[] = []
  const shown = (query: string): SceneRow[] =>
    rows
      .map((one) => ({ ...one, review: state.reviewed.has(one.id) ? ('reviewed' as const) : ('open' as const) }))
      .filter((one) => !query.includes('unreviewed') || one.review === 'open')
  const { workbench, pinia } = await startRenderer({
    scenes: {
      list: ({ query, offset, limit }) => {
        asked.push({ query, offset, limit })
        if (query.includes('foo:')) throw new AppError('scenes.query-invalid', '"foo" is nothing to search by.')
        const all = shown(query)
        return { total: all.length, rows: all.slice(offset, offset + limit) }
      },
    },
  })
  const list = useSceneList(pinia)
  await list.ensure(0, 0)
  return { list, asked, state, workbench }
}

describe('pages', () => {
  test('only what is looked at is asked for, once', async () => {
    const { list, asked } = await listOf(1000)
    await list.ensure(390, 410)
    await list.ensure(390, 410)
    expect(asked.map((one) => one.offset)).toEqual([0, 200, 400])
    expect([list.total, list.rowAt(405)?.id, list.rowAt(900)]).toEqual([1000, 406, undefined])
    expect([list.placeOf(406), list.placeOf(901)]).toEqual([405, -1])
  })

  test('an empty project is loaded and empty', async () => {
    const { list } = await listOf(0)
    expect([list.loaded, list.total, await list.neighbour(null, 1)]).toEqual([true, 0, null])
  })

  test('a scene far down is found without loading the list', async () => {
    const { list, asked } = await listOf(2500)
    expect(await list.locate(2100)).toBe(2099)
    expect(asked.slice(1).map((one) => one.offset)).toEqual([0, 1000, 2000])
    expect(await list.locate(99_999)).toBe(-1)
  })
})

describe('searching', () => {
  test('query and filter become one question', async () => {
    const { list, asked } = await listOf(3, [2])
    list.query = '  room:3 '
    list.filter = 'unreviewed'
    await settled()
    expect(asked.at(-1)?.query).toBe('room:3 unreviewed')
    expect(list.total).toBe(2)
  })

  test('a question that means nothing is told and leaves the rows', async () => {
    const { list } = await listOf(3)
    list.query = 'foo:bar'
    await settled()
    expect([list.error?.code, list.rowAt(0)?.id]).toEqual(['scenes.query-invalid', 1])
    list.query = ''
    await settled()
    expect(list.error).toBeNull()
  })
})

describe('walking', () => {
  test('goes to the neighbours and stops at the ends', async () => {
    const { list } = await listOf(3)
    expect((await list.neighbour(1, 1))?.id).toBe(2)
    expect(await list.neighbour(1, -1)).toBeNull()
    expect(await list.neighbour(3, 1)).toBeNull()
    expect((await list.neighbour(null, 1))?.id).toBe(1)
  })

  test('passes over reviewed scenes, and over the end of a page', async () => {
    const { list } = await listOf(410, [2, 3, ...Array.from({ length: 250 }, (_, at) => at + 100)])
    expect((await list.neighbour(1, 1, true))?.id).toBe(4)
    expect((await list.neighbour(99, 1, true))?.id).toBe(350)
    expect((await list.neighbour(350, -1, true))?.id).toBe(99)
  })

  test('from a scene that left the filtered list goes to the one that took its place', async () => {
    const { list, state, workbench } = await listOf(4)
    list.filter = 'unreviewed'
    await settled()
    expect((await list.neighbour(1, 1))?.id).toBe(2)
    await list.locate(2)
    state.reviewed.add(2)
    workbench.change(['scenes'])
    await vi.waitFor(() => expect(list.total).toBe(3))
    expect((await list.neighbour(2, 1))?.id).toBe(3)
    expect((await list.neighbour(2, -1))?.id).toBe(1)
  })

  test('a row says it is reviewed before the workbench does', async () => {
    const { list } = await listOf(2)
    list.markReviewed(1, 'reviewed')
    expect([list.rowAt(0)?.review, list.rowAt(1)?.review]).toEqual(['reviewed', 'open'])
  })
})
