import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { insertFeature, insertFeatureSet } from '#main/store/tables/feature.ts'
import { finishImport, importFolder, startImport } from '#main/store/tables/import.ts'
import { annotatorId } from '#main/store/tables/annotator.ts'
import { appendLabel } from '#main/store/tables/label.ts'
import { insertScene } from '#main/store/tables/scene.ts'
import { insertStudent } from '#main/store/tables/student.ts'
import type { Store } from '#main/store/store.ts'
import { openStore } from '#main/store/open-store.ts'
import { createWorkbench, type Workbench } from '#main/workbench/create-workbench.ts'
import type { ComputeClient } from '#main/workbench/workbench-context.ts'
import { databaseFile } from '#main/workbench/projects/open-project.ts'
import { fakeCompute, type FakeCompute } from './fake-compute.ts'
import { aScene, aStudent } from './new-rows.ts'
import { stillClock, temporaryFolder } from './store.ts'

export interface TestWorkbench extends Workbench {
  readonly compute: FakeCompute
  readonly warnings: string[]
  readonly projectFolder: string
}

export interface TestWorkbenchOptions {
  /** A folder to share with another workbench of the same test. */
  readonly folder?: string
  readonly compute?: FakeCompute
  /** The real compute process, where a test is about both. */
  readonly client?: ComputeClient
  readonly resourcesFolder?: string
  readonly clock?: () => Date
  readonly pid?: number
  /** How long a hand rests before a head is learnt. */
  readonly learningRestMs?: number
}

/** What every call of a handler gets beside its input. */
export const inCall = { signal: new AbortController().signal }

/** A workbench in a folder of its own with a fake compute process; no project is open yet. */
export function testWorkbench(options: TestWorkbenchOptions = {}): TestWorkbench {
  const folder = options.folder ?? temporaryFolder()
  const compute = options.compute ?? fakeCompute()
  const warnings: string[] = []
  const host = {} as Parameters<typeof createWorkbench>[0]['host']
  const workbench = createWorkbench({
    appVersion: '0.1.0-test',
    userDataFolder: join(folder, 'user'),
    resourcesFolder: options.resourcesFolder ?? join(folder, 'resources'),
    clock: options.clock ?? stillClock,
    compute: options.client ?? compute.client,
    host,
    pid: options.pid ?? process.pid,
    learningRestMs: options.learningRestMs,
    onWarning: (sentence) => warnings.push(sentence),
  })
  onTestFinished(() => workbench.close())
  return { ...workbench, compute, warnings, projectFolder: join(folder, 'Class 3.lectern') }
}

/** The same with a new project open. */
export async function projectWorkbench(options: TestWorkbenchOptions = {}): Promise<TestWorkbench> {
  const workbench = testWorkbench(options)
  await workbench.handlers.project.create({ folder: workbench.projectFolder, photoRoot: null }, inCall)
  return workbench
}

/** Writes into a project that is open, as an import would: through a second connection that is closed at once. */
export function writeTo(folder: string, write: (store: Store) => void): void {
  const store = openStore(databaseFile(folder), { mode: 'open', clock: stillClock, backupFolder: null })
  try {
    store.transaction(() => write(store))
  } finally {
    store.close()
  }
}

export interface ImportedScenes {
  /** Students of each scene. */
  readonly scenes: readonly number[]
  /** Label of the student at a row; null for none. */
  readonly labelOf?: (row: number) => number | null
  readonly modality?: string
  readonly width?: number
  readonly path?: (scene: number) => string
}

/** A finished feature import: scenes `1.jpg` … with students `1` …, rows in order. Returns ids as [scene][student]. */
export function importScenes(store: Store, imported: ImportedScenes): { sceneIds: number[]; studentIds: number[][] } {
  const { scenes, labelOf = (row) => row % 5, modality = 'a', width = 2 } = imported
  const importId = startImport(store, { kind: 'features', file: 'features.pkl', createdAt: stillClock().toISOString() })
  const file = `${importFolder(importId)}/${modality}.bin`
  const form = { container: 'rows', dtype: '<f4' }
  const set = {
    modality,
    width,
    dtype: 'f4',
    byteOrder: 'little' as const,
    form,
    file,
    sha256: 'aa',
    importId,
    producer: null,
  }
  const setId = insertFeatureSet(store, set)
  const annotator = annotatorId(store, 'imported')
  const at = stillClock().toISOString()
  let row = 0
  const sceneIds: number[] = []
  const studentIds = scenes.map((count, scene) => {
    const sceneId = insertScene(store, aScene(imported.path?.(scene) ?? `${scene + 1}.jpg`, { importId }))
    sceneIds.push(sceneId)
    return Array.from({ length: count }, (_, index) => {
      const id = insertStudent(store, aStudent(sceneId, String(index + 1), { importId, position: row }))
      insertFeature(store, id, setId, row)
      const classIndex = labelOf(row)
      const label = {
        studentId: id,
        classIndex,
        annotatorId: annotator,
        source: 'imported' as const,
        at,
        rank: null,
        importId,
      }
      if (classIndex !== null) appendLabel(store, label)
      row += 1
      return id
    })
  })
  const facts = { sha256: 'bb', split: null, keys: [modality, 'labels'], formFile: null, contextFormFile: null }
  finishImport(store, importId, { ...facts, contextOrigin: null, rows: row })
  return { sceneIds, studentIds }
}
