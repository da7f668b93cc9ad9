import { lockFolder } from '#main/store/folder-lock.ts'
import { openStore } from '#main/store/open-store.ts'
import { toAppError } from '#shared/contract/app-error.ts'
import { join } from 'node:path'

/** Prints the error code of locking and opening a project, or `opened`. Arguments: folder, create or open, lock or store. */
const [, , folder = '', mode, what] = process.argv
try {
  if (what === 'lock') lockFolder(folder, process.pid).release()
  else {
    const file = join(folder, 'project.sqlite')
    openStore(file, {
      mode: mode === 'create' ? 'create' : 'open',
      clock: () => new Date(),
      backupFolder: null,
    }).close()
  }
  process.stdout.write('opened')
} catch (error) {
  const { code, details } = toAppError(error)
  process.stdout.write(`${code} ${JSON.stringify(details)}`)
}
