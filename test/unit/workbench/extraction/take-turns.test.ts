import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createTurns } from '#main/workbench/extraction/take-turns.ts'

const free = new AbortController().signal

describe('work in turns', () => {
  test('runs one after the other, in the order asked, after a failure too', async () => {
    const inTurn = createTurns()
    const said: string[] = []
    const work = (name: string, fails = false) =>
      inTurn(free, async () => {
        said.push(`${name} begins`)
        await setTimeout(5)
        said.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      })
    const [one, two, three] = await Promise.allSettled([work('one'), work('two', true), work('three')])
    expect(said).toEqual(['one begins', 'one ends', 'two begins', 'two ends', 'three begins', 'three ends'])
    expect([one.status, two.status, three.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('who gives up while waiting is told at once, and lets nobody in early', async () => {
    const inTurn = createTurns()
    const gate = Promise.withResolvers<void>()
    const said: string[] = []
    const first = inTurn(free, async () => {
      await gate.promise
      said.push('first')
    })
    const controller = new AbortController()
    const second = inTurn(controller.signal, () => Promise.resolve(said.push('second')))
    const third = inTurn(free, () => Promise.resolve(said.push('third')))
    controller.abort()
    await expect(second).rejects.toMatchObject({ code: 'job.cancelled' })
    await setTimeout(5)
    expect(said).toEqual([])
    gate.resolve()
    await Promise.all([first, third])
    expect(said).toEqual(['first', 'third'])
  })

  test('a signal that is aborted already runs nothing', async () => {
    const inTurn = createTurns()
    const controller = new AbortController()
    controller.abort()
    await expect(inTurn(controller.signal, () => Promise.resolve(1))).rejects.toMatchObject({ code: 'job.cancelled' })
    expect(await inTurn(free, () => Promise.resolve(2))).toBe(2)
  })
})
