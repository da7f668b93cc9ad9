import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { closeBrowser } from '../support/browser.ts'
import { openWebApp } from '../support/web-app.ts'
import type { BenchResult } from './bench-result.ts'
import { atLeast, atMost, median } from './measure.ts'
import { framesDuring, keyToChangeMs } from './page.ts'
import { benchSession, root } from './session.ts'

/** Students of the scenes, in the order of the list. */
const scenes = [60, 60, 60, 60, 60, 60, 240, 240]
const steps = 60
const rounds = 5

const boxOf = (seat: number, count: number) => {
  const columns = Math.ceil(Math.sqrt((count * 16) / 9))
  const side = 1200 / columns
  const [x, y] = [40 + side * (seat % columns), 40 + side * Math.floor(seat / columns)]
  return { x1: x, y1: y, x2: x + 0.8 * side, y2: y + 0.9 * side }
}

/** A project of photos with students drawn on them, made through the services. */
async function makeProject(folder: string): Promise<string> {
  const photos = join(folder, 'photos')
  mkdirSync(photos)
  const picture = join(root, 'resources', 'sample', 'images', 'room-a-morning.jpg')
  for (const [index, count] of scenes.entries()) cpSync(picture, join(photos, `${index} of ${count}.jpg`))
  const session = benchSession(folder)
  const { client } = session
  const project = join(folder, 'bench.lectern')
  await client.project.create({ folder: project, photoRoot: photos })
  await client.exchange.scanPhotos({})
  const { rows } = await client.scenes.list({})
  for (const { id, name } of rows) {
    const count = scenes[Number.parseInt(name, 10)]!
    const edits = Array.from({ length: count }, (_, seat) => {
      return { kind: 'draw', sceneId: id, box: boxOf(seat, count), classIndex: seat % 5 } as const
    })
    await client.edits.apply({ edits, annotator: 'bench' })
  }
  await session.close()
  return project
}

async function shown(page: Page, students: number): Promise<void> {
  await page.locator(`[data-testid="canvas"][data-loaded="true"][data-students="${students}"]`).waitFor()
}

/** Pans with the middle button in circles, and zooms in and out by the wheel, by turns; the median of the rounds. */
async function measureFrames(page: Page, students: number, bar: number): Promise<BenchResult[]> {
  const place = (await page.getByTestId('canvas').boundingBox())!
  const [x, y] = [place.x + place.width / 2, place.y + place.height / 2]
  await page.mouse.move(x, y)
  for (let step = 0; step < 4; step++) await page.mouse.wheel(0, -120)
  const [pans, zooms]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    await page.mouse.move(x, y + 80)
    await page.mouse.down({ button: 'middle' })
    const pan = await framesDuring(page, async () => {
      for (let step = 0; step < steps; step++) {
        const angle = (step / 30) * 2 * Math.PI
        await page.mouse.move(x + 120 * Math.sin(angle), y + 80 * Math.cos(angle))
      }
    })
    await page.mouse.up({ button: 'middle' })
    const zoom = await framesDuring(page, async () => {
      for (let step = 0; step < steps; step++) await page.mouse.wheel(0, step % 20 < 10 ? -60 : 60)
    })
    pans.push(Math.round(pan.fps))
    zooms.push(Math.round(zoom.fps))
  }
  await page.keyboard.press('f')
  return [
    atLeast(`canvas of ${students} boxes: pan`, median(pans), 'fps', bar, `rounds ${pans.join(', ')}`),
    atLeast(`canvas of ${students} boxes: zoom`, median(zooms), 'fps', bar, `rounds ${zooms.join(', ')}`),
  ]
}

async function measureKeys(page: Page, students: number): Promise<BenchResult[]> {
  const [select, relabel]: [number[], number[]] = [[], []]
  for (let round = 0; round < 12; round++) {
    select.push(await keyToChangeMs(page, 'Tab', 'selected'))
    relabel.push(await keyToChangeMs(page, String(1 + (round % 5)), 'selected'))
  }
  return [
    atMost(`canvas of ${students} boxes: select the next student`, median(select), 'ms', 50),
    atMost(`canvas of ${students} boxes: relabel and go on`, median(relabel), 'ms', 50),
  ]
}

/** The canvas of the built application in a real Chromium without a graphics card, by mouse and keyboard. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  try {
    const app = await openWebApp({ project: await makeProject(folder), folder })
    const { page } = app
    await shown(page, 60)
    // No page draws more often than the browser asks it to: a 60 Hz screen asks 59.9 times a second.
    const rest = await framesDuring(page, () => page.waitForTimeout(1000))
    await page.getByTestId('canvas').click({ position: { x: 5, y: 5 } })
    const results = [
      ...(await measureFrames(page, 60, Math.min(60, Math.round(rest.fps)))),
      ...(await measureKeys(page, 60)),
    ]
    const next: number[] = []
    for (let scene = 1; scene < 6; scene++) next.push(await keyToChangeMs(page, 'd', 'scene'))
    results.push(atMost('next scene of 60 students', median(next), 'ms', 100))
    await page.keyboard.press('d')
    await shown(page, 240)
    results.push(...(await measureFrames(page, 240, 50)), ...(await measureKeys(page, 240)))
    await app.close()
    return results.map((row) =>
      row.unit === 'fps' ? { ...row, detail: `${row.detail}; at rest ${Math.round(rest.fps)} fps` } : row,
    )
  } finally {
    await closeBrowser()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
