import { expect, test } from 'vitest'
import { callsOf } from '../../support/electron-double/desktop.ts'
import { desktopTests } from '../../support/desktop-tests.ts'
import { eventually } from '../../support/hands.ts'

const { open } = desktopTests()

test('the start page opens in a sandboxed, isolated window under a strict policy', async () => {
  const app = await open()
  const page = await app.usablePage()
  await page.getByRole('heading', { name: 'Welcome to Lectern' }).waitFor()
  await app.screenshot('desktop-start')

  const window = app.firstWindow()
  expect(window.isVisible()).toBe(true)
  expect(window.options).toMatchObject({ show: false, title: 'Lectern' })
  expect(window.options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
  })
  const policy = (await app.fetch('lectern://app/index.html')).headers.get('content-security-policy')!
  expect(policy).not.toContain('unsafe-')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  const reach = await page.evaluate(() => {
    const names = ['require', 'process', 'Buffer', 'module', 'electronDoubleTell']
    return [
      ...names.filter((name) => name in globalThis),
      ...Object.keys((globalThis as { lectern?: object }).lectern!),
    ]
  })
  expect(reach).toEqual(['connect', 'pathForFile', 'mediaUrl'])
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'globalThis.inlineScriptRan = true'
    document.head.append(script)
    return 'inlineScriptRan' in globalThis
  })
  expect(ran).toBe(false)
  expect(app.problems.splice(0).join()).toContain('Content Security Policy')
})

test('lectern:// gives out the built page and nothing above it', async () => {
  const app = await open()
  await app.usablePage()
  const statusOf = async (address: string) => {
    const response = await app.fetch(address)
    expect(await response.text()).not.toMatch(/electron-vite|root:/)
    return response.status
  }
  expect(await statusOf('lectern://app/index.html')).toBe(200)
  expect(await statusOf('lectern://app/../../package.json')).toBe(404)
  expect(await statusOf('lectern://app/..%2f..%2fpackage.json')).toBe(404)
  expect(await statusOf('lectern://app/..%5c..%5cpackage.json')).toBe(404)
  expect(await statusOf('lectern://app/%00')).toBe(404)
  expect(await statusOf('lectern://app/%ff')).toBe(404)
  expect(await statusOf('lectern://app/assets/')).toBe(404)
  expect(await statusOf('lectern://elsewhere/index.html')).toBe(404)
  expect(await statusOf('lectern://app/media/photo/..%2f..%2f..%2fetc%2fpasswd')).toBe(404)
  expect(await statusOf('lectern://app/media/../index.html')).toBe(200)
  expect(await statusOf('lectern://app/media/%ff')).toBe(400)
})

test('only our own top frame gets a port', async () => {
  const app = await open({
    network: () => new Response('<h1>Foreign</h1>', { headers: { 'content-type': 'text/html' } }),
  })
  const page = await app.usablePage()
  const ours = { url: 'lectern://app/index.html' }
  const connectAs = (frame: Parameters<typeof app.invokeAs>[0]) => app.invokeAs(frame, 'lectern:connect')
  await expect(connectAs({ url: 'https://foreign.example/' })).rejects.toThrow('refused: https://foreign.example/')
  await expect(connectAs({ url: 'lectern://app.foreign/' })).rejects.toThrow('refused')
  await expect(connectAs({ url: 'lectern://app/frame.html', parent: ours })).rejects.toThrow('refused')
  await expect(connectAs(null)).rejects.toThrow('refused: no frame')
  // Even where main itself was tricked into showing a foreign page, its preload gets no answer.
  await app.firstWindow().loadURL('https://foreign.example/')
  const refusal = await page.evaluate(() =>
    (globalThis as unknown as { lectern: { connect(): Promise<unknown> } }).lectern
      .connect()
      .catch((error: Error) => error.message),
  )
  expect(refusal).toContain('refused: https://foreign.example/')
})

test('new windows are denied, and links of the web go to the system browser', async () => {
  const app = await open()
  const page = await app.usablePage()
  const opened = await page.evaluate(() =>
    ['https://example.com/help', 'http://plain.example/', 'file:///etc/passwd', 'lectern://app/index.html'].map(
      (address) => window.open(address),
    ),
  )
  expect(opened).toEqual([null, null, null, null])
  await eventually(
    () => callsOf(app, 'shell.openExternal'),
    (calls) => expect(calls).toEqual([['https://example.com/help']]),
  )
  expect(app.windows.size).toBe(1)
  // Chromium remarks on its console that it opened nothing.
  const ownProblems = app.problems.splice(0).filter((problem) => !problem.startsWith('console: '))
  expect(ownProblems).toEqual([])
})

test('the page cannot be led away', async () => {
  const app = await open()
  const page = await app.usablePage()
  await page.evaluate(() => {
    location.href = 'https://foreign.example/'
  })
  await page.evaluate(() => {
    location.href = 'lectern://elsewhere/'
  })
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('heading', { name: 'Your data stay here' }).waitFor()
  expect(app.firstWindow().webContents.getURL()).toMatch(/^lectern:\/\/app\/index\.html/)
  expect(callsOf(app, 'network')).toEqual([])
})

test('only copying to the clipboard is permitted', async () => {
  const app = await open()
  const page = await app.usablePage()
  const verdicts = async (name: Parameters<typeof app.permissions.check>[2]) => {
    const asked = [app.firstWindow().webContents, 'lectern://app/', name] as const
    return [app.permissions.check(...asked), await app.permissions.request(...asked)]
  }
  expect(await verdicts('clipboard-sanitized-write')).toEqual([true, true])
  for (const name of ['clipboard-read', 'geolocation', 'media', 'notifications'] as const) {
    expect(await verdicts(name), name).toEqual([false, false])
  }
  expect(await page.evaluate(async () => (await navigator.permissions.query({ name: 'geolocation' })).state)).toBe(
    'denied',
  )
})
