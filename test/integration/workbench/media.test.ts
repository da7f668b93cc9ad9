import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { insertScene } from '#main/store/tables/scene.ts'
import { insertStudent, setStudentBox } from '#main/store/tables/student.ts'
import { aScene, aStudent } from '../../support/new-rows.ts'
import { temporaryFolder } from '../../support/store.ts'
import { inCall, testWorkbench, writeTo } from '../../support/workbench.ts'

/** A project over a folder of "photos", one of which is a link that leads out of it. */
async function withPhotos() {
  const folder = temporaryFolder()
  const photos = join(folder, 'photos')
  mkdirSync(photos)
  writeFileSync(join(photos, '1.jpg'), 'jpeg bytes')
  writeFileSync(join(photos, '2.bmp'), 'bmp bytes')
  writeFileSync(join(folder, 'secret.jpg'), 'secret')
  symlinkSync(join(folder, 'secret.jpg'), join(photos, 'link.jpg'))
  const workbench = testWorkbench({ folder })
  await workbench.handlers.project.create({ folder: workbench.projectFolder, photoRoot: photos }, inCall)
  writeTo(workbench.projectFolder, (store) => {
    const paths = ['1.jpg', '2.bmp', 'link.jpg', '../secret.jpg', 'gone.jpg']
    for (const path of paths) insertScene(store, aScene(path, { hasPhoto: true }))
    insertScene(store, aScene('unlinked.jpg'))
    insertStudent(store, aStudent(1, '1', { box: { x1: 100, y1: 100, x2: 200, y2: 300 } }))
    insertStudent(store, aStudent(1, '2', { box: null }))
    insertStudent(store, aStudent(1, '3', { box: { x1: -90, y1: -90, x2: -50, y2: -50 } }))
  })
  return workbench
}

test.each([
  ['photo/1', 'image/jpeg', 'jpeg bytes'],
  ['photo/2', 'image/bmp', 'bmp bytes'],
])('%s is the original, byte for byte, and nothing keeps it', async (path, type, bytes) => {
  const response = await (await withPhotos()).media(path)
  expect(response.status).toBe(200)
  expect(response.headers).toMatchObject({ 'content-type': type, 'cache-control': 'no-store' })
  expect(Buffer.from(response.body).toString()).toBe(bytes)
})

test.each([
  ['photo/3', 403, 'media.outside'],
  ['photo/4', 403, 'media.outside'],
  ['photo/5', 404, 'media.photo-missing'],
  ['photo/6', 404, 'media.no-photo'],
  ['photo/7', 404, 'media.unknown'],
  ['photo/', 404, 'media.unknown'],
  ['photo/1/../../secret.jpg', 404, 'media.unknown'],
  ['photo/-1', 404, 'media.unknown'],
  ['photo/1e999', 404, 'media.unknown'],
  ['crop/2', 404, 'media.no-region'],
  ['crop/3', 404, 'media.no-region'],
  ['crop/9', 404, 'media.unknown'],
  ['', 404, 'media.unknown'],
  ['../project.sqlite', 404, 'media.unknown'],
])('%s is %i %s', async (path, status, code) => {
  const response = await (await withPhotos()).media(path)
  expect(response.status).toBe(status)
  expect(response.body).toContain(code)
})

test('a crop is the box with some of its surroundings; it is made once until the box moves', async () => {
  const workbench = await withPhotos()
  const first = await workbench.media('crop/1?v=1')
  expect(first).toMatchObject({ status: 200, headers: { 'content-type': 'image/jpeg' } })
  expect(workbench.compute.cropped[0]?.region).toEqual({ x: 88, y: 76, width: 124, height: 248 })
  const both = await Promise.all([workbench.media('crop/1?v=1'), workbench.media('crop/1?v=2')])
  expect(both).toEqual([first, first])
  expect(workbench.compute.cropped).toHaveLength(1)
  writeTo(workbench.projectFolder, (store) => setStudentBox(store, 1, { x1: 0, y1: 0, x2: 10, y2: 10 }, true))
  await workbench.media('crop/1?v=3')
  expect(workbench.compute.cropped[1]?.region).toEqual({ x: 0, y: 0, width: 12, height: 12 })
})

test('without a project there is no image', async () => {
  expect(await testWorkbench().media('photo/1')).toMatchObject({ status: 404 })
})
