import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { readFailure } from '#main/exchange/files.ts'

/** Text of a configuration. Throws AppError `exchange.file-missing` or `exchange.file-unreadable`. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw readFailure(file, error)
  }
}

/** RAFNet's paths start where it is run; a config that was moved together with its data finds them beside itself. */
export function locate(path: string, root: string, configFile: string): string {
  const wanted = resolve(root, path)
  const beside = resolve(dirname(configFile), path)
  return !isAbsolute(path) && !existsSync(wanted) && existsSync(beside) ? beside : wanted
}
