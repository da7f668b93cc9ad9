import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#main/store/open-store.ts'
import { insertScene } from '#main/store/tables/scene.ts'
import { insertStudent } from '#main/store/tables/student.ts'
import { closeBrowser } from '../support/browser.ts'
import { aScene, aStudent } from '../support/new-rows.ts'
import { openWebApp } from '../support/web-app.ts'
import type { BenchResult } from './bench-result.ts'
import { atLeast, atMost, notRun } from './measure.ts'
import { framesDuring, rendererMegabytes } from './page.ts'
import { benchSession } from './session.ts'

const scenes = 100_000
const steps = 150

/** A project of 100,000 scenes with a student each, written straight into its store. */
async function makeProject(folder: string): Promise<string> {
  const project = join(folder, 'bench.lectern')
  const session = benchSession(folder)
  await session.client.project.create({ folder: project, photoRoot: null })
  await session.close()
  const file = join(project, 'project.sqlite')
  const store = openStore(file, { mode: 'open', clock: () => new Date(), backupFolder: null })
  store.transaction(() => {
    for (let index = 0; index < scenes; index++) {
      const sceneId = insertScene(store, aScene(`week ${Math.floor(index / 500)}/lesson ${index}.jpg`))
      insertStudent(store, aStudent(sceneId, '1', { position: index }))
    }
  })
  store.close()
  return project
}

/** The scene list of the built application with 100,000 scenes, scrolled by the wheel and by the scroll bar. */
export async function bench(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'))
  try {
    const app = await openWebApp({ project: await makeProject(folder), folder })
    const { page } = app
    const list = page.getByTestId('scene-list')
    await list.getByRole('option').first().waitFor()
    const place = (await list.boundingBox())!
    await page.mouse.move(place.x + place.width / 2, place.y + place.height / 2)
    const wheel = await framesDuring(page, async () => {
      for (let step = 0; step < steps; step++) await page.mouse.wheel(0, 240)
    })
    const leaps = await framesDuring(page, async () => {
      for (let leap = 1; leap <= 20; leap++) {
        await list.evaluate((element, share) => (element.scrollTop = share * element.scrollHeight), leap / 21)
        await page.waitForTimeout(60)
      }
    })
    await list
      .getByRole('option')
      .filter({ hasText: /lesson 9\d{4}/ })
      .first()
      .waitFor()
    const megabytes = rendererMegabytes()
    await app.close()
    const said = ({ longestMs }: { longestMs: number }) => `longest frame ${longestMs} ms`
    return [
      atLeast('scene list of 100,000: scroll by the wheel', Math.round(wheel.fps), 'fps', 50, said(wheel)),
      atLeast('scene list of 100,000: leaps over thousands', Math.round(leaps.fps), 'fps', 50, said(leaps)),
      megabytes === null
        ? notRun('scene list of 100,000: memory of the page', 'MB', 600, 'this system does not tell')
        : atMost('scene list of 100,000: memory of the page', megabytes, 'MB', 600),
    ]
  } finally {
    await closeBrowser()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await bench())}\n`)
