import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const folder = resolve(import.meta.dirname, '../../../shared/rafnet')

/** The authors' files beside the repository, or null where they are not there (they are never committed). */
export const rafnetFolder: string | null = existsSync(folder) ? folder : null

export const withoutRafnet = 'needs ../shared/rafnet, which is not here'
