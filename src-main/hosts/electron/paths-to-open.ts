import { resolve } from 'node:path'

/** The files and folders that a command line names: without the executable, the application itself and switches. */
export function pathsToOpen(argv: readonly string[], workingFolder: string, packaged: boolean): string[] {
  return argv
    .slice(packaged ? 1 : 2)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => resolve(workingFolder, argument))
}
