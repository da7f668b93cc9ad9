import { resolve } from 'node:path'

/**
 * The files and folders that a command line names: without the executable, the switches (Chromium puts some of its own in
 * between) and, where Electron runs a folder, that folder itself.
 */
export function pathsToOpen(argv: readonly string[], workingFolder: string, packaged: boolean): string[] {
  const names = argv.slice(1).filter((argument) => !argument.startsWith('-'))
  return names.slice(packaged ? 0 : 1).map((name) => resolve(workingFolder, name))
}
