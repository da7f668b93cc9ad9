import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { sampleProjectFolder } from '#main/workbench/projects/sample-project.ts'
import { sampleNote } from '#shared/domain/sample-note.ts'
import { startCompute } from '../../support/compute.ts'
import { temporaryFolder } from '../../support/store.ts'
import { inCall, testWorkbench } from '../../support/workbench.ts'

const resourcesFolder = resolve(import.meta.dirname, '../../../resources')
const client = startCompute()

test('the sample is filled through the services, honestly named, and opened again as it was left', async () => {
  const folder = temporaryFolder()
  const { project, models, evaluation, edits, scenes } = testWorkbench({ folder, client, resourcesFolder }).handlers
  const summary = await project.openSample({}, inCall)
  expect(summary).toMatchObject({ scenes: 5, students: 162, labelled: 162, note: sampleNote, name: 'Lectern sample' })
  expect(summary.photoRoot?.startsWith(folder)).toBe(true)
  const runs = await models.runs({}, inCall)
  expect(runs.map((run) => [run.name, run.students, run.omitted])).toEqual([
    ['C+Spatial', 162, []],
    ['ConvNeXt only', 162, []],
  ])
  const figures = await evaluation.evaluate({ runId: runs[0]!.id, sceneIds: null }, inCall)
  const readme = readFileSync(join(resourcesFolder, 'sample', 'README.md'), 'utf8')
  const [, said = ''] = /\| all \| 162 \| [\d.]+ \| ([\d.]+) \|/.exec(readme) ?? []
  expect(figures.accuracy.percent.toFixed(2)).toBe(said)

  const { rows } = await scenes.list({ query: '', runId: null, offset: 0, limit: 1 }, inCall)
  expect(rows[0]?.hasPhoto).toBe(true)
  const review = { kind: 'review' as const, sceneId: rows[0]!.id, review: 'reviewed' as const }
  await edits.apply({ edits: [review], annotator: 'me' }, inCall)
  await project.close({}, inCall)
  expect(await project.openSample({}, inCall)).toMatchObject({ reviewedScenes: 1 })
  expect(await models.runs({}, inCall)).toHaveLength(2)
})

test('a sample that is cancelled leaves no project; the next try is whole', async () => {
  const folder = temporaryFolder()
  const { project, jobs } = testWorkbench({ folder, client, resourcesFolder }).handlers
  const opening = project.openSample({}, inCall)
  const watching = jobs.watch({}, inCall)[Symbol.asyncIterator]()
  for (let seen = await watching.next(); !seen.done; seen = await watching.next()) {
    const running = seen.value.find((job) => job.kind === 'import')
    if (running) break
  }
  const ending = expect(opening).rejects.toMatchObject({ code: 'job.cancelled' })
  await jobs.cancel({ jobId: 1 }, inCall)
  await ending
  expect(await project.current({}, inCall)).toBeNull()
  expect(existsSync(sampleProjectFolder(join(folder, 'user')))).toBe(false)
  expect(await project.openSample({}, inCall)).toMatchObject({ students: 162 })
})

test('opening another project while the sample is being made ends it cleanly', async () => {
  const folder = temporaryFolder()
  const workbench = testWorkbench({ folder, client, resourcesFolder })
  const { project, jobs } = workbench.handlers
  const failing = expect(project.openSample({}, inCall)).rejects.toMatchObject({ code: 'job.cancelled' })
  const watching = jobs.watch({}, inCall)[Symbol.asyncIterator]()
  for (let seen = await watching.next(); !seen.done; seen = await watching.next()) {
    if (seen.value.some((job) => job.kind === 'import')) break
  }
  const other = await project.create({ folder: workbench.projectFolder, photoRoot: null }, inCall)
  await failing
  expect(await project.current({}, inCall)).toEqual(other)
  expect(existsSync(sampleProjectFolder(join(folder, 'user')))).toBe(false)
})
