import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Hash of the lock file of the packages that run, beside the resources; null where the application was packed without it. */
export function hashOfLockFile(resourcesFolder: string): string | null {
  try {
    return createHash('sha256')
      .update(readFileSync(join(dirname(resourcesFolder), 'package-lock.json')))
      .digest('hex')
  } catch {
    return null
  }
}
