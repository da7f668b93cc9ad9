import { afterAll, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { openSmallApp } from '../../support/small-app.ts'

afterAll(closeBrowser)

/** What the preload exposes, seen from the page. */
type Exposed = Record<string, (...args: unknown[]) => unknown>
interface ExposedWindow {
  readonly t: Exposed
}

test('the bridge copies values, lends functions, and drops prototypes and own properties of errors', async () => {
  const app = await openSmallApp({
    preload: `
      class Point { constructor() { this.x = 1 } norm() { return 1 } }
      contextBridge.exposeInMainWorld('t', {
        point: () => new Point(),
        kind: (value) => Object.prototype.toString.call(value),
        twice: (f) => f(2) + f(3),
        later: (value) => Promise.resolve(value),
        boom: () => { throw Object.assign(new TypeError('boom'), { code: 9 }) },
        reject: async () => { throw Object.assign(new Error('soon'), { code: 9 }) },
        nested: { list: [1, { deep: () => 'deep' }] },
      })
      try { contextBridge.exposeInMainWorld('t', {}) } catch (error) { contextBridge.exposeInMainWorld('again', error.message) }`,
  })
  const page = await app.page()
  const seen = await page.evaluate(async () => {
    const { t, again } = window as unknown as ExposedWindow & { again: string }
    const caught = (run: () => unknown): Error & { code?: number } => {
      try {
        run()
      } catch (error) {
        return error as Error
      }
      throw new Error('nothing was thrown')
    }
    const boom = caught(() => t['boom']!())
    const rejected = await (t['reject']!() as Promise<unknown>).catch((error: Error & { code?: number }) => error)
    const kinds = [new Map(), new Uint8Array(1), new File([], 'a'), null, 1n].map((value) => t['kind']!(value))
    const nested = t['nested'] as unknown as { list: [number, { deep: () => string }] }
    return {
      point: JSON.stringify(t['point']!()),
      kinds,
      twice: t['twice']!((x: number) => x * 10),
      later: await t['later']!({ a: [1] }),
      boom: [boom.message, boom.constructor === Error, boom.code],
      rejected: [(rejected as Error).message, (rejected as { code?: number }).code],
      deep: nested.list[1].deep(),
      frozen: [Object.isFrozen(t), Object.isFrozen(nested.list)],
      again,
    }
  })
  expect(seen).toEqual({
    point: '{"x":1}',
    kinds: ['[object Map]', '[object Uint8Array]', '[object File]', '[object Null]', '[object BigInt]'],
    twice: 50,
    later: { a: [1] },
    boom: ['boom', true, undefined],
    rejected: ['soon', undefined],
    deep: 'deep',
    frozen: [true, true],
    again: 'Cannot bind an API on top of an existing property on the window object',
  })
  expect(app.problems).toEqual([])
})

test('neither world sees the other', async () => {
  const app = await openSmallApp({
    preload: `
      globalThis.leak = 1; window.leak2 = 1; Array.prototype.leak3 = 1
      contextBridge.exposeInMainWorld('t', { polluted: () => 'leak4' in Object.prototype })`,
  })
  const page = await app.page()
  const seen = await page.evaluate(() => {
    Object.assign(Object.prototype, { leak4: 1 })
    const leaks = ['leak', 'leak2', 'leak3', 'require', 'process', 'electronDoubleTell', 'electronDoubleDeliver']
    const found = [...leaks.filter((name) => name in window), ...('leak3' in [] ? ['leak3'] : [])]
    return [found, (window as unknown as ExposedWindow).t['polluted']!()]
  })
  expect(seen).toEqual([[], false])
})

test('what cannot be cloned is refused, proxies of Vue included', async () => {
  const app = await openSmallApp({ preload: `contextBridge.exposeInMainWorld('t', { take: () => 'taken' })` })
  const page = await app.page()
  const refusals = await page.evaluate(() =>
    [document.body, new Proxy({ __v_raw: {} }, {}), new WeakMap()].map((value) => {
      try {
        return (window as unknown as ExposedWindow).t['take']!(value)
      } catch (error) {
        return (error as Error).message
      }
    }),
  )
  expect(new Set(refusals)).toEqual(new Set(['An object could not be cloned.']))
})

test('addresses of a standard scheme enter the page as its own origin, and leave it as they were', async () => {
  const app = await openSmallApp({
    preload: `contextBridge.exposeInMainWorld('t', { address: () => 'small://app/a.png', isOurs: (text) => text === 'small://app/b' })`,
  })
  const page = await app.page()
  const seen = await page.evaluate(() => {
    const { t } = window as unknown as ExposedWindow
    return [new URL(String(t['address']!())).origin === location.origin, t['isOurs']!(`${location.origin}/b`)]
  })
  expect(seen).toEqual([true, true])
  expect(app.firstWindow().webContents.getURL()).toBe('small://app/')
})
