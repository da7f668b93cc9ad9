import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The application's own folder: the nearest one above `from` with a package.json and resources/. Built and source alike. */
export function applicationRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'resources'))) return folder
    if (dirname(folder) === folder) throw new Error(`No Lectern application lies above ${from}.`)
  }
}
