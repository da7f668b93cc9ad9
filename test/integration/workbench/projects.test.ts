import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { startImport, importFolder } from '#main/store/tables/import.ts'
import { insertScene } from '#main/store/tables/scene.ts'
import { insertStudent } from '#main/store/tables/student.ts'
import { aScene, aStudent } from '../../support/new-rows.ts'
import { stillClock, temporaryFolder } from '../../support/store.ts'
import { importScenes, inCall, projectWorkbench, testWorkbench, writeTo } from '../../support/workbench.ts'

test('a new project is the folder exactly as given, with its layout and RAFNet’s classes', async () => {
  const workbench = testWorkbench()
  const { project } = workbench.handlers
  expect(await project.current({}, inCall)).toBeNull()
  const summary = await project.create({ folder: workbench.projectFolder, photoRoot: null }, inCall)
  expect(summary).toMatchObject({ folder: workbench.projectFolder, name: 'Class 3', photoRoot: null, scenes: 0 })
  expect(summary.classes.map((one) => one.letter).join('')).toBe('BLRNP')
  const names = readdirSync(workbench.projectFolder)
  expect(names).toEqual(expect.arrayContaining(['backups', 'features', 'models', 'project.sqlite', 'thumbnails']))
  expect(await project.current({}, inCall)).toEqual(summary)
  await project.close({}, inCall)
  expect(await project.current({}, inCall)).toBeNull()
  expect(await project.open({ folder: workbench.projectFolder }, inCall)).toEqual(summary)
  expect(await project.open({ folder: workbench.projectFolder }, inCall)).toEqual(summary)
})

test('a folder that exists may become a project, one that is a project may not', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  const { project } = testWorkbench().handlers
  await project.create({ folder, photoRoot: null }, inCall)
  await project.close({}, inCall)
  await expect(project.create({ folder, photoRoot: null }, inCall)).rejects.toMatchObject({ code: 'project.exists' })
  expect(existsSync(join(folder, 'notes.txt'))).toBe(true)
})

test('a new project that stayed empty is taken back; one that holds anything, and what lay in its folder, stays', async () => {
  const workbench = testWorkbench()
  const { project } = workbench.handlers
  const { projectFolder: folder } = workbench
  await project.create({ folder, photoRoot: null }, inCall)
  expect(await project.discardEmpty({ folder: `${folder}-other` }, inCall)).toEqual({ discarded: false })
  expect(await project.discardEmpty({ folder }, inCall)).toEqual({ discarded: true })
  expect([existsSync(folder), await project.current({}, inCall), await project.recent({}, inCall)]).toEqual([
    false,
    null,
    [],
  ])
  mkdirSync(folder)
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  await project.create({ folder, photoRoot: null }, inCall)
  expect(await project.discardEmpty({ folder }, inCall)).toEqual({ discarded: true })
  expect(readdirSync(folder)).toEqual(['notes.txt'])
  await project.create({ folder, photoRoot: null }, inCall)
  writeTo(folder, (store) => importScenes(store, { scenes: [1] }))
  expect(await project.discardEmpty({ folder }, inCall)).toEqual({ discarded: false })
  expect(await project.current({}, inCall)).toMatchObject({ folder, scenes: 1 })
})

test.each([
  ['a folder that is not there', (folder: string) => join(folder, 'nothing')],
  ['a folder that is no project', (folder: string) => folder],
])('%s is refused and nothing is written to it', async (_name, choose) => {
  const folder = temporaryFolder()
  const { project } = testWorkbench().handlers
  const opening = project.open({ folder: choose(folder) }, inCall)
  await expect(opening).rejects.toMatchObject({ code: 'project.missing' })
  expect(readdirSync(folder)).toEqual([])
})

test('a project that is open elsewhere is refused, and this one stays closed', async () => {
  const workbench = await projectWorkbench({ pid: 4711 })
  const other = testWorkbench().handlers.project
  const opening = other.open({ folder: workbench.projectFolder }, inCall)
  await expect(opening).rejects.toMatchObject({ code: 'project.in-use', details: { pid: 4711 } })
  expect(await other.current({}, inCall)).toBeNull()
  await workbench.close()
  expect(await other.open({ folder: workbench.projectFolder }, inCall)).toMatchObject({ name: 'Class 3' })
})

test('two clicks at once open a project once; opening another closes the first', async () => {
  const workbench = await projectWorkbench()
  const { project } = workbench.handlers
  const second = join(dirname(workbench.projectFolder), 'Second.lectern')
  await project.create({ folder: second, photoRoot: null }, inCall)
  const both = [1, 2].map(async () => project.open({ folder: workbench.projectFolder }, inCall))
  const [one, two] = await Promise.all(both)
  expect(one).toEqual(two)
  const other = testWorkbench().handlers.project
  expect(await other.open({ folder: second }, inCall)).toMatchObject({ name: 'Second' })
})

test('recent projects: newest first, with their progress, gone ones told, forgotten ones gone', async () => {
  let now = stillClock().getTime()
  const workbench = testWorkbench({ clock: () => new Date((now += 1000)) })
  const { project } = workbench.handlers
  const folder = dirname(workbench.projectFolder)
  const [first, second] = [join(folder, 'First.lectern'), join(folder, 'Second.lectern')]
  await project.create({ folder: first, photoRoot: null }, inCall)
  writeTo(first, (store) => importScenes(store, { scenes: [1, 1] }))
  await project.create({ folder: second, photoRoot: null }, inCall)
  expect((await project.recent({}, inCall)).map(({ name, scenes }) => [name, scenes])).toEqual([
    ['Second', 0],
    ['First', 2],
  ])
  await project.close({}, inCall)
  renameSync(second, join(folder, 'Moved.lectern'))
  const recent = await testWorkbench({ folder }).handlers.project.recent({}, inCall)
  expect(recent.map(({ name, exists }) => [name, exists])).toEqual([
    ['Second', false],
    ['First', true],
  ])
  await project.forgetRecent({ folder: second }, inCall)
  expect((await project.recent({}, inCall)).map((one) => one.name)).toEqual(['First'])
})

test('a damaged list of recent projects is kept aside and told', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'user'))
  writeFileSync(join(folder, 'user', 'recent-projects.json'), '[{"folder":')
  const workbench = testWorkbench({ folder })
  expect(await workbench.handlers.project.recent({}, inCall)).toEqual([])
  expect(readdirSync(join(folder, 'user'))).toEqual(['recent-projects.json.damaged'])
  expect(workbench.warnings).toEqual([expect.stringContaining('recent-projects.json.damaged')])
})

test('an import that was cut off is gone when the project opens again, with its vectors', async () => {
  const workbench = await projectWorkbench()
  const { project } = workbench.handlers
  writeTo(workbench.projectFolder, (store) => {
    importScenes(store, { scenes: [2] })
    const importId = startImport(store, { kind: 'features', file: 'cut.pkl', createdAt: '' })
    const sceneId = insertScene(store, aScene('cut.jpg', { importId }))
    insertStudent(store, aStudent(sceneId, '1', { importId }))
    for (const id of [1, importId, 77]) mkdirSync(join(workbench.projectFolder, importFolder(id)), { recursive: true })
  })
  await project.close({}, inCall)
  const summary = await project.open({ folder: workbench.projectFolder }, inCall)
  expect(summary).toMatchObject({ scenes: 1, students: 2 })
  expect(readdirSync(join(workbench.projectFolder, 'features'))).toEqual(['import-1'])
})

test('relinking finds photos by path, then by a file name that only one photo has', async () => {
  const workbench = await projectWorkbench()
  const photos = temporaryFolder()
  for (const path of ['room/1.jpg', 'a/2.jpg', 'a/3.jpg', 'b/3.jpg', 'x/1.jpg']) {
    mkdirSync(dirname(join(photos, path)), { recursive: true })
    writeFileSync(join(photos, path), 'photo')
  }
  writeTo(workbench.projectFolder, (store) => {
    for (const path of ['room/1.jpg', '2.jpg', '3.jpg', '4.jpg']) insertScene(store, aScene(path))
  })
  const { project, scenes } = workbench.handlers
  expect(await project.relinkPhotos({ photoRoot: photos }, inCall)).toEqual({ found: 2, missing: 2 })
  const { rows } = await scenes.list({ query: '', runId: null, offset: 0, limit: 9 }, inCall)
  expect(rows.map((row) => [row.relativePath, row.hasPhoto])).toEqual([
    ['3.jpg', false],
    ['4.jpg', false],
    ['a/2.jpg', true],
    ['room/1.jpg', true],
  ])
  expect(await project.current({}, inCall)).toMatchObject({ photoRoot: photos })
  await expect(project.relinkPhotos({ photoRoot: join(photos, 'no') }, inCall)).rejects.toMatchObject({
    code: 'project.photos-missing',
  })
})

test('photos that moved together with the project are found again', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'before', 'photos'), { recursive: true })
  const workbench = testWorkbench()
  const { project } = workbench.handlers
  const at = (place: string) => join(folder, place, 'Class.lectern')
  await project.create({ folder: at('before'), photoRoot: join(folder, 'before', 'photos') }, inCall)
  await project.close({}, inCall)
  renameSync(join(folder, 'before'), join(folder, 'after'))
  expect(await project.open({ folder: at('after') }, inCall)).toMatchObject({
    photoRoot: join(folder, 'after', 'photos'),
  })
})

test('a class is renamed and recoloured; names and letters stay unique', async () => {
  const { project } = (await projectWorkbench()).handlers
  const edited = { index: 4, name: 'Phone', colour: '#123456', letter: 'h' }
  const summary = await project.editClass(edited, inCall)
  expect(summary.classes[4]).toEqual({ ...edited, letter: 'H', isNull: false })
  const edit = (change: Partial<typeof edited>) => project.editClass({ ...edited, ...change }, inCall)
  expect(() => edit({ letter: 'l' })).toThrow(expect.objectContaining({ code: 'project.class-not-unique' }))
  expect(() => edit({ name: 'Null' })).toThrow(expect.objectContaining({ code: 'project.class-not-unique' }))
  expect(() => edit({ index: 9, name: 'New', letter: 'X' })).toThrow(
    expect.objectContaining({ code: 'project.class-unknown' }),
  )
})

test('without the sample in resources the sample is refused by name, and no project is left', async () => {
  const workbench = testWorkbench()
  const { project } = workbench.handlers
  await expect(project.openSample({}, inCall)).rejects.toMatchObject({ code: 'sample.missing' })
  expect(await project.current({}, inCall)).toBeNull()
  expect(await project.recent({}, inCall)).toEqual([])
})
