import { afterAll, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { eventually } from '../../support/hands.ts'
import { openSmallApp, seenByMain } from '../../support/small-app.ts'

afterAll(closeBrowser)

test('what is not doubled says so by name', async () => {
  const seen = seenByMain()
  const app = await openSmallApp({
    main: `
      const attempts = [
        () => app.dock,
        () => new electron.Tray('x'),
        () => electron.clipboard.readText(),
        () => win.setOpacity(1),
        () => win.webContents.print(),
        () => electron.Menu.buildFromTemplate([{ role: 'zoomIn' }]),
        () => protocol.registerSchemesAsPrivileged([]),
        () => new BrowserWindow({ webPreferences: { nodeIntegration: true } }),
      ]
      for (const attempt of attempts) try { seen.push(attempt()) } catch (error) { seen.push(error.message) }`,
    preload: `require('fs')`,
  })
  await app.page()
  expect(seen).toEqual([
    'electron double: app.dock is not doubled',
    'electron double: Tray is not doubled',
    'electron double: clipboard.readText is not doubled',
    'electron double: BrowserWindow.setOpacity is not doubled',
    'electron double: WebContents.print is not doubled',
    'electron double: the menu role zoomIn is not doubled',
    'protocol.registerSchemesAsPrivileged should be called before app is ready',
    'electron double: only webPreferences.nodeIntegration = false is doubled',
  ])
  expect(app.problems.join()).toContain('module not found: fs')
})

test('an unexpected dialog is a named problem, not a hang', async () => {
  const seen = seenByMain()
  const app = await openSmallApp({
    main: `await electron.dialog.showMessageBox({ message: 'x' }).catch((e) => seen.push(e.message))`,
  })
  await app.page()
  expect(seen).toEqual(['dialog.showMessageBox was opened and the test had no answer for it'])
  expect(app.problems).toEqual(seen)
})

test('quitting asks before-quit, every window and will-quit in turn, and any of them may refuse', async () => {
  const seen = seenByMain()
  const app = await openSmallApp({
    main: `
      globalThis.refusing = 'before-quit'
      const note = (name) => (event) => { seen.push(name); if (name === globalThis.refusing) event.preventDefault() }
      app.on('before-quit', note('before-quit'))
      app.on('will-quit', note('will-quit'))
      app.on('window-all-closed', () => seen.push('window-all-closed'))
      win.on('close', note('close'))
      win.on('closed', () => seen.push('closed'))`,
  })
  await app.page()
  const quit = async (refusing: string, expected: readonly string[]) => {
    seen.length = 0
    Object.assign(globalThis, { refusing })
    app.app.quit()
    await eventually(
      () => seen.join(),
      (names) => expect(names).toBe(expected.join()),
    )
  }
  await quit('before-quit', ['before-quit'])
  await quit('close', ['before-quit', 'close'])
  await quit('will-quit', ['before-quit', 'close', 'closed', 'will-quit'])
  await quit('', ['before-quit', 'will-quit'])
  expect(await app.app.exited).toBe(0)
})

test('closing the last window tells window-all-closed, after closed', async () => {
  const seen = seenByMain()
  const app = await openSmallApp({
    main: `
      win.on('closed', () => seen.push('closed'))
      app.on('window-all-closed', () => seen.push('window-all-closed'))`,
  })
  await app.page()
  app.firstWindow().close()
  await eventually(
    () => seen.join(),
    (names) => expect(names).toBe('closed,window-all-closed'),
  )
})

test('a utility process has a parent port, its output and its end', async () => {
  const seen = seenByMain()
  const app = await openSmallApp({
    main: `
      const { writeFileSync } = await import('node:fs')
      const entry = app.getPath('userData') + '/child.mjs'
      writeFileSync(entry, \`
        process.parentPort.on('message', ({ data }) => {
          if (data === 'end') process.exit(3)
          console.log('heard')
          process.parentPort.postMessage({ sum: data.reduce((a, b) => a + b), kind: data.constructor.name, send: typeof process.send })
        })\`)
      const child = electron.utilityProcess.fork(entry, [], { stdio: 'pipe' })
      child.stdout.on('data', (data) => seen.push(String(data).trim()))
      child.on('message', (message) => { seen.push(message); child.postMessage('end') })
      child.on('exit', (code) => seen.push(code))
      child.postMessage(new Float64Array([1, 2]))`,
  })
  await app.page()
  await eventually(
    () => seen.at(-1),
    (last) => expect(last).toBe(3),
  )
  expect(seen).toContainEqual({ sum: 3, kind: 'Float64Array', send: 'undefined' })
  expect(seen).toContain('heard')
})
