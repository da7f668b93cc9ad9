import { copyFileSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { eventually, pickPath } from '../../support/hands.ts'
import { openWebApp, root, type WebApp } from '../../support/web-app.ts'

const sample = join(root, 'resources', 'sample', 'images')
let app: WebApp
let page: Page
let photos: string

/** A photo of its own: stripes that no other seed has. */
function paint(file: string, seed: number): void {
  const canvas = createCanvas(320, 240)
  const context = canvas.getContext('2d')
  for (let stripe = 0; stripe < 16; stripe += 1) {
    context.fillStyle = `hsl(${(seed * 47 + stripe * 83) % 360} 70% ${20 + ((seed * 13 + stripe * 29) % 60)}%)`
    context.fillRect(stripe * 20, (stripe * seed * 7) % 120, 20, 240)
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, canvas.toBuffer('image/jpeg'))
}

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-folder-'))
  photos = join(folder, 'Term photos')
  let seed = 0
  for (const room of ['3-201', '3-202']) {
    for (const day of ['2026-03-02', '2026-03-03']) {
      for (const time of ['0815', '0900']) paint(join(photos, room, day, `${time}_lesson.jpg`), (seed += 1))
    }
  }
  cpSync(join(sample, 'room-a-morning.jpg'), join(photos, '3-203/2026-03-04/1030_lesson.jpg'))
  copyFileSync(join(photos, '3-203/2026-03-04/1030_lesson.jpg'), join(photos, 'copy of a lesson.jpg'))
  writeFileSync(join(photos, 'IMG_0001.HEIC'), 'ftypheic')
  writeFileSync(join(photos, 'notes.jpg'), '<html>')
  app = await openWebApp()
  page = app.page
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app.screenshot(`failed-${task.name.slice(0, 40)}`)
})
afterAll(async () => {
  rmSync(dirname(photos), { recursive: true, force: true })
  await app.close()
  await closeBrowser()
})

const dialog = () => page.getByRole('dialog')
const choose = async (action: string): Promise<void> => {
  await page.getByRole('button', { name: 'Project menu' }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

test('a bare folder becomes a project whose scenes are on screen at once; what is refused is told by name', async () => {
  await page.getByTestId('start-openPhotos').click()
  await pickPath(page, photos)
  await dialog().getByRole('button', { name: 'Create project' }).click()
  await dialog().getByText('IMG_0001.HEIC').first().waitFor()
  const told = await dialog().innerText()
  expect(told).toContain('Save it as JPEG')
  expect(told).toContain('notes.jpg')
  await app.screenshot('folder-refused')
  await dialog().getByRole('button', { name: 'Start labelling' }).click()
  await eventually(
    () => page.getByTestId('scene-list').locator('img').count(),
    (count) => expect(count).toBeGreaterThan(4),
  )
  await app.screenshot('folder-scenes')
})

test('room and time come from the folders, shown before they are applied, and can be taken back', async () => {
  await choose('Room and time from names…')
  const pattern = dialog().getByLabel('Pattern')
  expect(await pattern.inputValue()).toBe('{room}/{date}/{time}*')
  await dialog().getByText('9 of 10 photos fit; 9 would change.').waitFor()
  await pattern.fill('{room}/{days}/*')
  await dialog().getByRole('alert').getByText('There is no {days}.').waitFor()
  await pattern.fill('{room}/{date}/{time}_*')
  await dialog().getByText('9 of 10 photos fit; 9 would change.').waitFor()
  await app.screenshot('folder-places')
  await dialog().getByRole('button', { name: 'Apply' }).click()
  await page.getByText('9 scenes have their room and time.').waitFor()
  const search = page.getByTestId('scene-search')
  await search.fill('room:3-202')
  await eventually(
    () => page.getByTestId('scene-list').locator('img').count(),
    (count) => expect(count).toBe(4),
  )
  await search.fill('')
})

test('copies are found, one is left out and brought back', async () => {
  await choose('Find duplicates…')
  const group = dialog().getByTestId('duplicate-group')
  await group.first().waitFor()
  expect(await group.count()).toBe(1)
  expect(await group.innerText()).toContain('The same file')
  await app.screenshot('folder-duplicates')
  await dialog().getByRole('button', { name: 'Leave out 1 copy' }).click()
  await dialog().getByText('No duplicates').waitFor()
  await dialog().getByText('Left out: 1').click()
  await dialog().getByRole('button', { name: 'Bring back' }).click()
  await group.first().waitFor()
  await dialog().getByRole('button', { name: 'Close' }).last().click()
})

test('photos that come while the project is open become scenes by themselves, and one that moved keeps its scene', async () => {
  paint(join(photos, '3-204/2026-03-05/0815_new.jpg'), 31)
  await page.getByText('1 new photo').first().waitFor({ timeout: 20_000 })
  renameSync(join(photos, '3-201/2026-03-02/0815_lesson.jpg'), join(photos, '3-201/2026-03-02/moved.jpg'))
  await page.getByText('1 photo moved').first().waitFor({ timeout: 20_000 })
  await page.getByText('moved.jpg').first().waitFor()
  expect(app.problems).toEqual([])
})
