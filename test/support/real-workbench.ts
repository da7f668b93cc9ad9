import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { startWorkbench, type WorkbenchSession } from '#main/hosts/start-workbench.ts'
import { webHostHandlers } from '#main/hosts/web/web-host-handlers.ts'
import { jpeg } from './bad-files.ts'

const root = resolve(import.meta.dirname, '../..')
const golden = join(root, 'test', 'fixtures', 'golden')

/** The workbench as a host starts it, from source, with the real compute process and user data below `folder`. */
export const startRealWorkbench = (folder: string): WorkbenchSession =>
  startWorkbench({
    root,
    appVersion: '0.0.0-test',
    userData: join(folder, 'user'),
    fork: forkWithNode(join(root, 'src-main', 'compute', 'main.ts')),
    host: webHostHandlers('0.0.0-test'),
  })

/** A project with everything that a bad input might harm: 27 students of 5 scenes, photos, a model, its run, a label by a person. */
export interface FullProject {
  readonly session: WorkbenchSession
  readonly client: WorkbenchSession['client']
  /** Of this project alone; the project lies in `project`, its photos in `photos`. */
  readonly folder: string
  readonly project: string
  readonly photos: string
  readonly features: string
  readonly head: string
  readonly runId: number
  readonly studentId: number
  readonly sceneId: number
  /** Writes a file into the folder and answers with its path. */
  readonly put: (name: string, content: string | Uint8Array) => string
  close(): Promise<void>
}

export async function fullProject(): Promise<FullProject> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bad-'))
  const [project, photos] = [join(folder, 'Class 3.lectern'), join(folder, 'photos')]
  mkdirSync(photos)
  for (const [index, name] of ['first.jpg', 'second.jpg'].entries()) writeFileSync(join(photos, name), jpeg(index))
  const session = startRealWorkbench(folder)
  const { client } = session
  await client.project.create({ folder: project, photoRoot: photos })
  await client.exchange.scanPhotos({})
  const features = join(golden, 'features.pkl')
  await client.exchange.importFeatures({ file: features })
  const head = join(golden, 'c_spatial.pth')
  const model = await client.models.add({ file: head, config: join(golden, 'c_spatial.json') })
  const run = await client.models.predict({ modelId: model.id, device: 'cpu' })
  const { rows } = await client.scenes.list({ query: '', limit: 100 })
  const sceneId = rows.find(({ students }) => students > 1)!.id
  const { students } = await client.scenes.get({ sceneId })
  const studentId = students[0]!.id
  const edit = { kind: 'label', studentId, classIndex: 4, source: 'person' } as const
  await client.edits.apply({ edits: [edit], annotator: 'Ada' })
  return {
    session,
    client,
    folder,
    project,
    photos,
    features,
    head,
    runId: run.id,
    studentId,
    sceneId,
    put: (name, content) => {
      const file = join(folder, name)
      mkdirSync(join(file, '..'), { recursive: true })
      writeFileSync(file, content)
      return file
    },
    close: async () => {
      await session.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What the open project holds: every count, model, run, label and undo step, and the files it keeps. */
export async function contentOf({ client, project, runId }: FullProject): Promise<unknown> {
  const { rows } = await client.scenes.list({ limit: 1000 })
  const details = await Promise.all(rows.map(({ id }) => client.scenes.get({ sceneId: id, runIds: [runId] })))
  const files = readdirSync(project, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/project\.sqlite-(wal|shm)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  return {
    project: await client.project.current({}),
    rows,
    details,
    models: await client.models.list({}),
    runs: await client.models.runs({}),
    undo: await client.edits.state({}),
    files: files.sort(),
  }
}
