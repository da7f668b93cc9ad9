import { afterAll, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { eventually } from '../../support/hands.ts'
import { openSmallApp, seenByMain } from '../../support/small-app.ts'

afterAll(closeBrowser)

test('invoke clones values, reduces errors to text, and refuses on either side what cannot be cloned', async () => {
  const app = await openSmallApp({
    main: `
      ipcMain.handle('echo', (event, ...args) => args)
      ipcMain.handle('fails', () => { throw Object.assign(new TypeError('bad'), { code: 'E1' }) })
      ipcMain.handle('function', () => () => 1)`,
    preload: `
      const text = (promise) => promise.then(() => 'ok', (error) => [error.message, 'code' in error])
      contextBridge.exposeInMainWorld('run', async () => ({
        echo: await ipcRenderer.invoke('echo', { date: new Date(3), map: new Map([[1, new Uint8Array([4])]]) }, undefined),
        fails: await text(ipcRenderer.invoke('fails')),
        function: await text(ipcRenderer.invoke('function')),
        none: await text(ipcRenderer.invoke('none')),
        sent: await text(ipcRenderer.invoke('echo', () => 1)),
        file: await text(ipcRenderer.invoke('echo', new File(['x'], 'x'))),
      }))`,
  })
  const page = await app.page()
  const seen = await page.evaluate(async () => {
    type Echo = [{ date: Date; map: Map<number, Uint8Array> }, undefined]
    const { run } = window as unknown as { run: () => Promise<{ echo: Echo } & Record<string, unknown>> }
    const { echo, ...others } = await run()
    return { echo: [echo[0].date.getTime(), echo[0].map.get(1)![0], echo.length], ...others }
  })
  const remote = (channel: string, sentence: string) => [
    `Error invoking remote method '${channel}': ${sentence}`,
    false,
  ]
  expect(seen).toEqual({
    echo: [3, 4, 2],
    fails: remote('fails', 'TypeError: bad'),
    function: remote('function', 'Error: An object could not be cloned.'),
    none: remote('none', "Error: No handler registered for 'none'"),
    sent: ['An object could not be cloned.', false],
    file: ['An object could not be cloned.', false],
  })
})

test('a port of main reaches the page: messages in order both ways, closed with its document', async () => {
  const seen = seenByMain()
  const app = await openSmallApp({
    main: `
      ipcMain.handle('connect', (event) => {
        const { port1, port2 } = new MessageChannelMain()
        port1.on('message', ({ data }) => { seen.push(data.length ?? data); port1.postMessage(data) })
        port1.on('close', () => seen.push('closed'))
        port1.postMessage('before start')
        port1.start()
        event.senderFrame.postMessage('port', null, [port2])
      })`,
    preload: `
      ipcRenderer.once('port', (event) => {
        const [port] = event.ports
        const got = []
        port.onmessage = ({ data }) => { got.push(data.length ?? data); document.title = JSON.stringify(got) }
        for (let at = 0; at < 50; at++) port.postMessage(at)
        port.postMessage(new Float32Array(100000))
      })
      ipcRenderer.invoke('connect')`,
  })
  const page = await app.page()
  const numbers = Array.from({ length: 50 }, (_, at) => at)
  await eventually(
    () => page.title(),
    (title) => expect(title).toBe(JSON.stringify(['before start'.length, ...numbers, 100000])),
  )
  expect(seen).toEqual([...numbers, 100000])
  seen.length = 0
  await page.reload()
  await eventually(
    () => seen[0],
    (first) => expect(first).toBe('closed'),
  )
})

test('frames below the top have no preload', async () => {
  const app = await openSmallApp({
    preload: `contextBridge.exposeInMainWorld('t', 1)`,
    html: '<script>if (top === window) document.write("<iframe src=/frame></iframe>")</script>',
  })
  const page = await app.page()
  const types = await page.evaluate(() => [typeof Reflect.get(window, 't'), typeof Reflect.get(window.frames[0]!, 't')])
  expect(types).toEqual(['number', 'undefined'])
})
