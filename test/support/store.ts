import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import { openStore } from '#main/store/open-store.ts'
import type { Store } from '#main/store/store.ts'
import { insertClasses } from '#main/store/tables/class.ts'
import { insertScene } from '#main/store/tables/scene.ts'
import { insertStudent } from '#main/store/tables/student.ts'
import { aScene, aStudent } from './new-rows.ts'

export { aScene, aStudent }

/** A clock that stands still at a moment worth recognising. */
export const stillClock = (): Date => new Date('2026-03-04T05:06:07.000Z')

/** A folder of this test alone, gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An empty store in memory with RAFNet's classes. */
export function memoryStore(): Store {
  const store = openStore(':memory:', { mode: 'create', clock: stillClock, backupFolder: null })
  insertClasses(store, rafnetClasses)
  onTestFinished(() => store.close())
  return store
}

/** A scene with students `1` … `count`, in one row from left to right; returns their ids. */
export function sceneWithStudents(store: Store, relativePath: string, count: number) {
  const sceneId = insertScene(store, aScene(relativePath))
  const studentIds = Array.from({ length: count }, (_, index) =>
    insertStudent(store, aStudent(sceneId, String(index + 1), { position: index })),
  )
  return { sceneId, studentIds }
}
